from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from lrviz.gui.cards.happening import TONES, HappeningCard
from lrviz.gui.pictures import grab
from lrviz.gui.theme import DARK, LIGHT, Theme, apply
from lrviz.session.snapshot import Failure
from lrviz.session.verdict import Kind, Verdict

LEARNING = Verdict(
    Kind.LEARNING,
    "Learning",
    "The training loss went from 0.69 to 0.0123, by 4 % over the last fifth of the steps.",
    "Learning: from one fifth of the steps to the next, the median loss falls by more than 1 %.",
)
NOTICE = "Batch size 1000 is more than the 280 training examples; every step uses all of them."
FAILURE = Failure("The parameters need 3.2 GB; use fewer units.", "Traceback: line 3")


def settle() -> None:
    """Layouts pass their heights on, one level a turn of the event loop."""
    for _ in range(5):
        QApplication.processEvents()


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[HappeningCard]:
    """In a column with room below it, as in the window."""
    column = QWidget()
    qtbot.addWidget(column)
    card = HappeningCard()
    card.setFixedWidth(270)
    layout = QVBoxLayout(column)
    layout.addWidget(card)
    layout.addStretch(1)
    column.resize(400, 900)
    column.show()
    yield card
    column.close()


def test_the_verdict_is_shown_alone_before_the_first_check(card: HappeningCard) -> None:
    card.show_verdict(LEARNING, None, ())
    assert card.verdict.headline.text() == "Learning"
    assert card.verdict.sentence.text() == LEARNING.sentence
    assert not card.best.isVisible()
    assert not card.note.isVisible()


def test_the_best_loss_is_shown_with_its_step_and_its_examples(card: HappeningCard) -> None:
    card.show_verdict(LEARNING, (1840, 0.012345), ())
    assert card.best.headline.text() == "Best loss so far 0.0123"
    assert card.best.sentence.text() == "At step 1,840 (test)."
    card.show_verdict(LEARNING, (1850, 3.2e-5), (), monitor="validation loss")
    assert card.best.headline.text() == "Best loss so far 3.2e-5"
    assert card.best.sentence.text() == "At step 1,850 (validation)."


def test_all_notices_are_shown_in_one_entry(card: HappeningCard) -> None:
    card.show_verdict(LEARNING, None, (NOTICE, "There are no test examples."))
    assert card.note.isVisible()
    assert card.note.sentence.text() == f"{NOTICE}\nThere are no test examples."
    card.show_verdict(LEARNING, None, ())
    assert not card.note.isVisible()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", list(Kind))
def test_the_icon_has_the_colour_of_the_verdict(
    card: HappeningCard, qapp: QApplication, theme: Theme, kind: Kind
) -> None:
    apply(qapp, theme)
    card.show_verdict(Verdict(kind, "Headline", "Sentence.", ""), None, ())
    image = grab(card.verdict.sign, 4.0)
    colors = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert colors.count(QColor(getattr(theme, TONES.get(kind, "blue")))) > 200


def test_good_and_bad_verdicts_differ_in_colour() -> None:
    assert TONES[Kind.LEARNING] == TONES[Kind.CONVERGED] == "green"
    assert TONES[Kind.TOO_SLOW] == "amber"
    assert TONES[Kind.DIVERGED] == TONES[Kind.FAILED] == "red"
    assert Kind.NOT_STARTED not in TONES


def test_why_shows_the_criterion(card: HappeningCard) -> None:
    card.show_verdict(LEARNING, None, ())
    assert not card.criterion.isVisible()
    card.why.click()
    assert card.criterion.isVisible()
    assert card.criterion.text() == LEARNING.criterion
    card.show_verdict(LEARNING, (10, 0.5), ())
    assert card.criterion.isVisible()
    card.why.click()
    assert not card.criterion.isVisible()


def test_a_suggestion_calls_back_until_it_is_withdrawn(card: HappeningCard) -> None:
    taken: list[float] = []
    card.show_verdict(LEARNING, None, ())
    assert not card.suggestion.isVisible()
    card.set_suggestion("Try α = 0.04", lambda: taken.append(0.04))
    assert card.suggestion.isVisible()
    assert card.suggestion.text() == "Try α = 0.04"
    card.suggestion.click()
    card.set_suggestion("Try α = 0.02", lambda: taken.append(0.02))
    card.suggestion.click()
    assert taken == [0.04, 0.02]
    card.set_suggestion(None)
    assert not card.suggestion.isVisible()
    card.show_verdict(LEARNING, None, ())
    assert not card.suggestion.isVisible()


def test_an_error_takes_the_place_of_everything_and_can_be_copied(card: HappeningCard) -> None:
    card.show_verdict(LEARNING, (10, 0.5), (NOTICE,))
    card.set_suggestion("Try α = 0.04", lambda: None)
    card.why.click()
    card.show_failure(FAILURE)
    assert card.verdict.sentence.text() == FAILURE.message
    hidden = (card.best, card.note, card.suggestion, card.why, card.criterion)
    assert not any(widget.isVisible() for widget in hidden)
    card.copy.click()
    assert QGuiApplication.clipboard().text() == f"{FAILURE.message}\n\n{FAILURE.details}"
    assert card.copy.text() == "Copied"
    card.show_failure(FAILURE)
    assert card.copy.text() == "Copied"


def test_a_new_run_after_an_error_is_shown_as_usual(card: HappeningCard) -> None:
    card.set_suggestion("Try α = 0.04", lambda: None)
    card.show_failure(FAILURE)
    card.set_suggestion("Try α = 0.02", lambda: None)
    assert not card.suggestion.isVisible()
    card.show_verdict(LEARNING, None, ())
    assert card.verdict.headline.text() == "Learning"
    assert not card.copy.isVisible()
    assert card.suggestion.isVisible()
    card.show_failure(FAILURE)
    assert card.copy.text() == "Copy details"


@pytest.mark.parametrize("width", [220, 250, 270, 300])
def test_no_text_is_clipped_at_any_width(card: HappeningCard, width: int) -> None:
    card.show_verdict(LEARNING, (840, 0.0123), (NOTICE, "There are no test examples."))
    card.why.setChecked(True)
    card.setFixedWidth(width)
    settle()
    texts = [label for label in card.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
    assert len(texts) == 7
    for label in texts:
        flags = int(label.alignment()) | int(Qt.TextFlag.TextWordWrap)
        needed = label.fontMetrics().boundingRect(QRect(0, 0, label.width(), 10_000), flags, label.text())
        assert needed.height() <= label.height() <= needed.height() + 6
        assert needed.width() <= label.width()
        assert card.rect().contains(QRect(label.mapTo(card, QPoint()), label.size()))


def test_a_wider_card_needs_less_height(card: HappeningCard, qtbot: QtBot) -> None:
    card.show_verdict(LEARNING, (840, 0.0123), (NOTICE,))
    card.setFixedWidth(220)
    settle()
    narrow = card.sizeHint().height()
    card.setFixedWidth(300)
    settle()
    assert card.sizeHint().height() < narrow


def test_what_is_loading_takes_the_place_of_everything_until_there_is_a_verdict(card: HappeningCard) -> None:
    card.set_suggestion("Try α = 0.04", lambda: None)
    card.show_verdict(LEARNING, (840, 0.0123), (NOTICE,))
    card.show_loading("Loading Digits…")
    assert card.verdict.headline.text() == "Loading Digits…"
    hidden = (card.best, card.note, card.suggestion, card.why, card.copy, card.criterion)
    assert not any(widget.isVisible() for widget in hidden)
    card.show_verdict(LEARNING, (840, 0.0123), (NOTICE,))
    assert card.verdict.headline.text() == "Learning"
    assert card.best.isVisible()
    assert card.suggestion.isVisible()


def test_what_is_loading_takes_the_place_of_an_error_which_may_come_back(card: HappeningCard) -> None:
    card.show_failure(FAILURE)
    card.show_loading("Preparing the run…")
    assert not card.copy.isVisible()
    card.show_failure(FAILURE)
    assert card.verdict.sentence.text() == FAILURE.message
    assert card.copy.isVisible()


def test_the_folded_card_says_the_headline(card: HappeningCard) -> None:
    card.show_verdict(LEARNING, None, ())
    card.set_folded(True)
    assert card.context.full_text() == "Learning"
    card.show_loading("Loading Digits…")
    assert card.context.full_text() == "Loading Digits…"
    card.show_failure(FAILURE)
    assert card.context.full_text() == "Training stopped with an error"
    card.show_verdict(Verdict(Kind.FINISHED, "Finished at step 6,000", "", ""), None, ())
    assert card.context.full_text() == "Finished"
    card.set_folded(False)
    assert card.context.full_text() == ""
