"""The table of everything a person can do: menus, toolbar and shortcuts read it.

To add a verb: one entry here, and the method of the window it names.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """name: for code and tests. method: of the window. shortcut: as Qt writes it, "" for none.

    repeats: whether it is done again and again while the key is held down.
    """

    name: str
    title: str
    icon: str
    shortcut: str
    help: str
    method: str
    repeats: bool = False


VERBS: tuple[Verb, ...] = (
    Verb("run", "Run", "fa6s.play", "Space", "Start or pause training.", "toggle_running"),
    Verb(
        "step", "Step", "fa6s.forward-step", "Right", "Do one update, then stay paused.", "step", repeats=True
    ),
    Verb(
        "reset",
        "Reset",
        "fa6s.rotate-left",
        "R",
        "Back to step 0 with the same weights; this attempt stays as a ghost line.",
        "reset",
    ),
    Verb("open", "Open", "fa6s.folder-open", "Ctrl+O", "Open an experiment from a JSON file.", "open_file"),
    Verb("save", "Save", "fa6s.floppy-disk", "Ctrl+S", "Save the experiment as a JSON file.", "save_file"),
    Verb(
        "screenshot",
        "Screenshot",
        "fa6s.camera",
        "Ctrl+P",
        "Save a picture of the window, or copy it.",
        "screenshot",
    ),
    Verb(
        "theme",
        "Theme",
        "fa6s.circle-half-stroke",
        "Ctrl+T",
        "Switch between dark and light.",
        "switch_theme",
    ),
    Verb(
        "restore",
        "Show all panels",
        "fa6s.down-left-and-up-right-to-center",
        "Esc",
        "Leave the maximized panel.",
        "restore",
    ),
    Verb("shortcuts", "Shortcuts", "fa6s.keyboard", "F1", "List all shortcuts.", "show_shortcuts"),
)


def verb(name: str) -> Verb:
    """The entry of that name; raises KeyError when there is none."""
    return {entry.name: entry for entry in VERBS}[name]
