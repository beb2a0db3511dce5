"""Starts lrviz as a person does and leaves when the first loss point is painted; prints JSON.

    QT_QPA_PLATFORM=offscreen LRVIZ_CONFIG_DIR=/some/empty/folder python tests/benchmarks/start_process.py

Moments are seconds since 1970, so that the process that started this one can compare them with its own.
"""

import time

MOMENTS = {"python is up": time.time()}

import json  # noqa: E402 - the moment above comes before anything is imported
import sys  # noqa: E402

from lrviz.gui import app  # noqa: E402

MOMENTS["imported"] = time.time()

from PySide6.QtCore import QEvent, QTimer  # noqa: E402
from PySide6.QtGui import QShowEvent  # noqa: E402

from lrviz.gui.panels.loss import LossPanel  # noqa: E402


class StartedWindow(app.Window):
    """Closes itself once the loss panel has painted the loss of a step."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        MOMENTS.setdefault("shown", time.time())

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest and "loss painted" not in MOMENTS and self._trained():
            MOMENTS["loss painted"] = time.time()
            QTimer.singleShot(0, self.close)
        return done

    def _trained(self) -> bool:
        (panel,) = self.findChildren(LossPanel)
        return bool(
            panel.isVisible() and any(curve.view.latest()[0] > 0 for curve in panel.plot.curves.values())
        )


app.Window = StartedWindow
code = app.main()
print(json.dumps({"code": code, "moments": MOMENTS, "modules": sorted(sys.modules)}))
