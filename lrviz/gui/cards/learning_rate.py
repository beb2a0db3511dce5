"""The card of the learning rate: α itself, its schedule, and what the schedule does to it."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from lrviz.engine.parts import Spec
from lrviz.experiment.numbers import decade, write
from lrviz.gui.cards.card import Card
from lrviz.gui.cards.schedule_preview import SchedulePreview
from lrviz.gui.controls import NumberField, Paragraph, Slider
from lrviz.gui.forms.form import Form, Kinds
from lrviz.gui.preview import Preview
from lrviz.gui.theme import current
from lrviz.gui.tooltips import wrapped

LOWEST, HIGHEST = -6, 1
"""The slider's range, as powers of ten."""

HELP = (
    "The learning rate α: the size of every step. Too low: the loss hardly moves. Too high: steps "
    "overshoot, and the loss oscillates or grows without bound. Drag, or click the number and type 3e-4."
)
SCHEDULE_HELP = "How α changes while training goes on. α is the reference; the schedule multiplies it."


class Decades(QWidget):
    """The powers of ten below the slider, each under its place."""

    def __init__(self, slider: Slider) -> None:
        super().__init__()
        self._slider = slider
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(120, 16)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        painter = QPainter(self)
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(current().muted))
        for exponent in range(LOWEST, HIGHEST + 1):
            text = decade(exponent)
            width = painter.fontMetrics().horizontalAdvance(text)
            x = self._slider.x_of(10.0**exponent) - width / 2
            x = min(max(x, 0.0), self.width() - width)
            painter.drawText(QRectF(x, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class LearningRateCard(Card):
    """α as a large number and a slider, and the form and preview of its schedule.

    schedules: the kinds of schedule by name.
    """

    edited = Signal(str, object)
    """("lr", value) or a path of the schedule and its value; while dragging at most once per turn."""

    def __init__(self, schedules: Kinds, parent: QWidget | None = None) -> None:
        super().__init__("Learning rate", foldable=True, parent=parent)
        self.number = NumberField(scale="log", limits=(0.0, None), look="hero")
        self.number.setAccessibleName("Learning rate α, number")
        self.number.setToolTip(wrapped(HELP))
        self.hint = Paragraph("muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider = Slider(10.0**LOWEST, 10.0**HIGHEST, "log", accent="amber")
        self.slider.setAccessibleName("Learning rate α")
        self.slider.setToolTip(wrapped(HELP))
        self.message = Paragraph("error")
        self.message.hide()
        self.preview = SchedulePreview()
        self.form = Form("schedule", schedules, label="Schedule", help=SCHEDULE_HELP)
        self._arrange()
        self._listen()
        self.set_context("α")

    def show_spec(self, lr: float, schedule: Spec) -> None:
        """Show the reference α and the schedule; never emits, never disturbs what is being edited."""
        self.number.set_value(lr)
        self.slider.set_value(lr)
        self.form.show_spec(schedule)
        self._fit()

    def set_now(self, rate: float | None) -> None:
        """Show the rate in use, where the schedule has moved it away from α (None: not known)."""
        moved = rate is not None and rate != self.number.value()
        self.set_context(f"now {write(rate, 3)}" if moved and rate is not None else "α")

    def set_hint(self, text: str) -> None:
        """Show this beside the number, e.g. "instability from <b>0.57</b>"."""
        if text != self.hint.text():
            self.hint.setText(text)

    def set_preview(self, ahead: Preview, now: float) -> None:
        """Draw what is known of α ahead, with a line at the step `now`."""
        self.preview.set_curve(ahead.steps, ahead.rates, now, ahead.planned)

    def show_error(self, path: str, sentence: str) -> bool:
        """Say what is wrong with `lr` or a field of the schedule; False: not shown here."""
        if path != "lr":
            return self.form.show_error(path, sentence)
        self.number.set_wrong(True)
        self._say(sentence)
        return True

    def clear_errors(self) -> None:
        """Take back all messages."""
        self.message.hide()
        self.number.set_wrong(False)
        self.form.clear_errors()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.number)
        top.addWidget(self.hint, 1)
        scale = QVBoxLayout()
        scale.setSpacing(0)
        scale.addWidget(self.slider)
        scale.addWidget(Decades(self.slider))
        self.body.addLayout(top)
        self.body.addWidget(self.message)
        self.body.addLayout(scale)
        self.body.addSpacing(4)
        self.body.addWidget(self.form)
        self.form.insert_below_choice(self.preview)

    def _listen(self) -> None:
        self.slider.moved.connect(self._drag)
        self.number.entered.connect(self._enter)
        self.number.refused.connect(self._say)
        self.number.restored.connect(self.message.hide)
        self.number.textChanged.connect(self._fit)
        self.form.edited.connect(self.edited)

    def _drag(self, value: float) -> None:
        self.number.setModified(False)
        self.number.set_wrong(False)
        self.number.set_value(value)
        self._enter(value)

    def _enter(self, value: object) -> None:
        self.message.hide()
        self.edited.emit("lr", value)

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.show()

    def _fit(self) -> None:
        """The number is as wide as its text, so that the hint has the rest."""
        self.number.ensurePolished()
        metrics = self.number.fontMetrics()
        self.number.setFixedWidth(max(metrics.horizontalAdvance(self.number.text() or "0") + 8, 64))
