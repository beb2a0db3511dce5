from lrviz.gui.tooltips import CHARACTERS, wrapped


def test_long_texts_are_wrapped_and_lose_no_word():
    text = "The size of every step. Too low: the loss hardly moves. Too high: steps overshoot, and more. " * 3
    lines = wrapped(text).split("\n")
    assert max(map(len, lines)) <= CHARACTERS
    assert " ".join(lines).split() == text.split()


def test_a_title_stays_on_its_own_line():
    assert wrapped("Spiral\nTwo arms.") == "Spiral\nTwo arms."
