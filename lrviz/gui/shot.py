"""One picture of an experiment after some steps: synchronous, without a thread, a timer or a display."""

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from lrviz.experiment import Experiment
from lrviz.experiment.files import refuse_folder, require_ending
from lrviz.session.core import Core
from lrviz.session.snapshot import Snapshot

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from lrviz.gui.theme import Theme

CARDS = ("loss", "lr", "network", "outcome", "weights", "norms")
PANELS = ("window", *CARDS)


class StillSession:
    """A session that does not move: the window's interface around a core."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.experiment = core.experiment

    def play(self) -> None:
        """Nothing: a picture does not move."""

    pause = close = reset = play

    def hold(self) -> AbstractContextManager[None]:
        """Nothing to keep waiting."""
        return nullcontext()

    def step(self, n: int = 1) -> None:
        """Nothing."""

    def limit(self, speed: float | None) -> None:
        """Nothing."""

    def apply(self, experiment: Experiment) -> None:
        """Nothing."""

    def watch(self, probes: Sequence[str]) -> None:
        """Nothing: the probes were chosen before the first step."""

    def snapshot(self) -> Snapshot:
        """The core's present state."""
        return self._core.snapshot()


def shot(
    experiment: Experiment, steps: int, panel: str, size: tuple[int, int], theme: str, out: Path
) -> None:
    """Train `steps` steps and write a picture of a panel, or of the window, as PNG.

    size: width and height in pixels. Raises FileError when the file cannot be written or its name
    does not end in .png, and ValueError for an unknown panel or theme, or a size that cannot be drawn.
    """
    if panel not in PANELS:
        raise ValueError(f"There is no panel {panel!r}; choose one of {', '.join(PANELS)}.")
    refuse_folder(out)
    require_ending(out, ".png")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from lrviz.gui import pictures
    from lrviz.gui import theme as themes
    from lrviz.gui.panels import PANELS as KINDS

    if theme not in themes.THEMES:
        raise ValueError(f"There is no theme {theme!r}; choose one of {', '.join(themes.THEMES)}.")
    core = Core(experiment)
    core.watch(sorted({probe for kind in KINDS.values() for probe in kind.probes}))
    core.advance(steps)
    pictures.to_file(_picture(core, panel, size, themes.THEMES[theme]), out)


def _picture(core: Core, panel: str, size: tuple[int, int], theme: "Theme") -> "QImage":
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from lrviz.gui import pictures
    from lrviz.gui.window import Window

    app = QApplication.instance() or QApplication(["lrviz"])
    window = Window(StillSession(core), theme)
    try:
        widget = window if panel == "window" else window.cards[panel]
        if panel == "window":
            _check(size, (window.minimumWidth(), window.minimumHeight()))
            window.resize(*size)
        else:
            _check(size, (widget.minimumSizeHint().width(), widget.minimumSizeHint().height()))
            window.resize(size[0] + 340, size[1] + 120)
            window.stage.maximize(panel)
            widget.setFixedSize(*size)
        window.show()
        for _ in range(3):
            # The first round lays out, the second draws for the final sizes, the third settles text.
            app.processEvents()
            window.refresh(everything=True)
        app.processEvents()
        return pictures.grab(widget)
    finally:
        window.close()
        window.deleteLater()
        app.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def _check(size: tuple[int, int], least: tuple[int, int]) -> None:
    if size[0] < least[0] or size[1] < least[1]:
        raise ValueError(
            f"The size is {size[0]}x{size[1]}; this picture needs at least {least[0]}x{least[1]} pixels."
        )
