import subprocess
import sys

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.parts import kinds
from lrviz.experiment import Experiment, edit
from lrviz.gui.cards.data import DataCard
from lrviz.gui.forms.rows import EntryRow
from lrviz.gui.pictures import grab
from lrviz.gui.theme import DARK, LIGHT, Theme, apply

KINDS = list(kinds(AnyDataset))


@pytest.fixture
def card(qtbot: QtBot) -> DataCard:
    card = DataCard()
    qtbot.addWidget(card)
    card.show_experiment(Experiment())
    return card


def test_there_is_a_named_picture_for_every_dataset(card: DataCard) -> None:
    assert list(card.buttons) == KINDS
    for name, part in kinds(AnyDataset).items():
        button = card.buttons[name]
        assert button.accessibleName() == part.title
        assert part.title in button.toolTip()
        assert part.summary in button.toolTip()


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_dataset_of_the_experiment_is_checked(card: DataCard, kind: str) -> None:
    card.show_experiment(edit(Experiment(), "data.dataset.kind", kind))
    assert [name for name, button in card.buttons.items() if button.isChecked()] == [kind]


def test_a_click_asks_for_the_dataset_and_leaves_the_check_to_the_experiment(
    card: DataCard, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(card.edited) as told:
        qtbot.mouseClick(card.buttons["moons"], Qt.MouseButton.LeftButton)
    assert told.args == ["data.dataset.kind", "moons"]
    assert card.buttons["spiral"].isChecked()
    assert not card.buttons["moons"].isChecked()


def test_a_click_on_the_present_dataset_asks_for_nothing(card: DataCard, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(card.edited):
        qtbot.mouseClick(card.buttons["spiral"], Qt.MouseButton.LeftButton)
    assert card.buttons["spiral"].isChecked()


def test_pictures_can_be_reached_and_chosen_by_keyboard(card: DataCard, qtbot: QtBot) -> None:
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in card.buttons.values())
    with qtbot.waitSignal(card.edited) as told:
        qtbot.keyClick(card.buttons["xor"], Qt.Key.Key_Space)
    assert told.args == ["data.dataset.kind", "xor"]


def test_showing_an_experiment_emits_nothing(card: DataCard, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(card.edited):
        card.show_experiment(edit(Experiment(), "data.dataset.kind", "gauss"))


def test_the_fields_are_those_of_the_dataset_shown(card: DataCard, qtbot: QtBot) -> None:
    card.show_experiment(edit(Experiment(), "data.dataset.noise", 0.3))
    noise = card.fields.row("data.dataset.noise")
    assert isinstance(noise, EntryRow)
    assert noise.entry.text() == "0.3"
    with qtbot.waitSignal(card.edited) as told:
        noise.entry.entered.emit(0.4)
    assert told.args == ["data.dataset.noise", 0.4]
    card.show_experiment(edit(Experiment(), "data.dataset.kind", "digits"))
    assert not card.fields.isVisible()
    assert card.show_error("data.dataset.noise", "There is no such field.")
    assert card.message.text() == "There is no such field."


@pytest.mark.parametrize("name", ["test_fraction", "validation_fraction", "standardize", "seed"])
def test_how_examples_are_divided_is_behind_more(card: DataCard, name: str) -> None:
    card.show()
    row = card.forms[1].row(f"data.{name}")
    assert not row.isVisible()
    assert card.show_error(f"data.{name}", "Wrong.")
    assert row.isVisible()
    assert row.message.text() == "Wrong."


def test_what_is_wrong_with_the_dataset_is_said_below_the_pictures(card: DataCard) -> None:
    card.show()
    assert card.show_error("data.dataset.kind", "No such dataset.")
    assert card.message.isVisible()
    assert card.message.text() == "No such dataset."
    card.clear_errors()
    assert not card.message.isVisible()


def test_errors_of_other_parts_are_not_shown(card: DataCard) -> None:
    assert not card.show_error("training.steps", "Wrong.")
    assert not card.show_error("lr", "Wrong.")


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((280, 120), "280 train · 120 test"),
        ((1257, 540, 100), "1,257 train · 540 test · 100 validation"),
        ((400, 0), "400 train"),
    ],
)
def test_the_context_counts_the_examples(card: DataCard, counts: tuple[int, ...], text: str) -> None:
    card.set_counts(*counts)
    assert card.context.full_text() == text


def distance(first: str, second: str) -> int:
    """The largest difference of a channel of two colours."""
    pairs = zip(QColor(first).getRgb(), QColor(second).getRgb(), strict=True)  # type: ignore[call-overload]
    return max(abs(a - b) for a, b in pairs)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_picture_differs_and_is_painted_in_the_themes_colours(
    card: DataCard, qapp: object, theme: Theme
) -> None:
    apply(qapp, theme)  # type: ignore[arg-type]
    pictures = {}
    for name, button in card.buttons.items():
        button.resize(44, 44)
        button.setChecked(False)
        image = grab(button, 2.0)
        colors = {image.pixelColor(x, y).name() for x in range(88) for y in range(88)}
        assert theme.field in colors
        # Pictures that fade from cell to cell need not reach the colour itself.
        assert min(distance(color, theme.blue) for color in colors) < 16
        pictures[name] = bytes(image.constBits())
    assert len(set(pictures.values())) == len(KINDS)


@pytest.mark.parametrize("width", [270, 288, 320])
def test_six_pictures_fit_in_a_row(card: DataCard, width: int) -> None:
    card.setFixedWidth(width)
    card.show()
    places = [button.geometry() for button in card.buttons.values()]
    assert len({place.top() for place in places}) == -(-len(KINDS) // 6)
    assert all(30 <= place.width() <= 52 for place in places)
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[:i])
    assert all(card.content.rect().contains(place) for place in places)


def test_the_card_names_the_dataset_chosen_and_the_one_under_the_pointer(
    card: DataCard, qtbot: QtBot
) -> None:
    def caption() -> tuple[str, str]:
        return card.name.text(), card.task.full_text()

    assert caption() == ("Spiral", "two classes")
    for name, said in (
        ("diabetes", ("Diabetes", "a number to predict")),
        ("iris", ("Iris", "several classes")),
    ):
        place = QPointF(5, 5)
        QApplication.sendEvent(card.buttons[name], QEnterEvent(place, place, place))
        assert caption() == said
    QApplication.sendEvent(card.buttons["iris"], QEvent(QEvent.Type.Leave))
    assert caption() == ("Spiral", "two classes")
    card.show_experiment(edit(Experiment(), "data.dataset.kind", "sine"))
    assert caption() == ("Sine", "a number to predict")


def test_the_card_names_the_dataset_that_the_keyboard_came_to(card: DataCard, qtbot: QtBot) -> None:
    card.show()
    card.activateWindow()
    qtbot.waitUntil(card.isActiveWindow)
    card.buttons["xor"].setFocus(Qt.FocusReason.TabFocusReason)
    assert card.name.text() == "XOR"
    card.buttons["xor"].clearFocus()
    assert card.name.text() == "Spiral"
    card.buttons["xor"].setFocus(Qt.FocusReason.MouseFocusReason)
    assert card.name.text() == "Spiral"


def test_what_is_being_read_takes_the_place_of_the_name(card: DataCard) -> None:
    card.show_loading("Loading Digits…")
    assert (card.name.text(), card.task.full_text()) == ("Loading Digits…", "")
    card.show_loading("")
    assert card.name.text() == "Spiral"


def test_the_pictures_do_not_import_scikit_learn() -> None:
    script = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from lrviz.experiment import Experiment\n"
        "from lrviz.gui.cards.data import DataCard\n"
        "card = DataCard()\n"
        "card.show_experiment(Experiment())\n"
        "card.grab()\n"
        "assert 'sklearn' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
