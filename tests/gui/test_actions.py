from PySide6.QtGui import QKeySequence

from lrviz.gui.actions import VERBS, verb
from lrviz.gui.theme import icon
from lrviz.gui.window import Window


def test_every_verb_is_a_method_of_the_window_and_explained():
    for entry in VERBS:
        assert callable(getattr(Window, entry.method))
        assert entry.help.endswith(".")
        assert entry.title


def test_names_and_shortcuts_are_given_once():
    names = [entry.name for entry in VERBS]
    shortcuts = [entry.shortcut for entry in VERBS if entry.shortcut]
    assert len(set(names)) == len(names)
    assert len(set(shortcuts)) == len(shortcuts)
    assert all(QKeySequence(shortcut).toString() for shortcut in shortcuts)


def test_training_is_on_space_right_and_r():
    assert [verb(name).shortcut for name in ("run", "step", "reset")] == ["Space", "Right", "R"]


def test_every_verb_has_an_icon(qapp):
    assert all(not icon(entry.icon).isNull() for entry in VERBS)


def test_the_window_has_an_action_for_every_verb(still_window):
    window = still_window()
    assert list(window.verbs) == [entry.name for entry in VERBS]
    for entry in VERBS:
        action = window.verbs[entry.name]
        assert action in window.actions()
        assert action.shortcut() == QKeySequence(entry.shortcut)
