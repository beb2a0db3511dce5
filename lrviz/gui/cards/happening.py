"""The card that says in words what is going on."""

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from lrviz.experiment.numbers import write
from lrviz.gui.cards.card import Card
from lrviz.gui.controls import Paragraph
from lrviz.gui.theme import icon
from lrviz.session.snapshot import Failure
from lrviz.session.verdict import Kind, Verdict

Tone = Literal["green", "amber", "red", "blue"]

TONES: dict[str, Tone] = {
    Kind.LEARNING: "green",
    Kind.CONVERGED: "green",
    Kind.FINISHED: "green",
    Kind.TOO_SLOW: "amber",
    Kind.STUCK: "amber",
    Kind.RATE_CUT: "amber",
    Kind.OVERFITS: "amber",
    Kind.LOST: "amber",
    Kind.UNSTABLE: "red",
    Kind.DIVERGED: "red",
    Kind.FAILED: "red",
}
"""Good, a warning, bad; a verdict of another kind is information (blue)."""

SIGNS: dict[Tone, str] = {
    "green": "fa6s.circle-check",
    "amber": "fa6s.triangle-exclamation",
    "red": "fa6s.circle-xmark",
    "blue": "fa6s.circle-info",
}

BUSY = "fa6s.hourglass-half"


class Sign(QWidget):
    """An icon of 14 pixels in the colour of a tone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.tone = SIGNS["blue"], "blue"
        self.setFixedSize(14, 18)

    def show_sign(self, name: str, tone: Tone) -> None:
        """Show this icon."""
        if (name, tone) != (self.name, self.tone):
            self.name, self.tone = name, tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        painter = QPainter(self)
        icon(self.name, self.tone).paint(painter, self.rect())
        painter.end()


class Remark(QWidget):
    """An icon, a bold headline, and a muted sentence below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sign = Sign(self)
        self.headline, self.sentence = Paragraph("title"), Paragraph("muted")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.headline)
        words.addWidget(self.sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.hide()

    def say(self, tone: Tone, headline: str, sentence: str, sign: str | None = None) -> None:
        """Show this; an empty headline hides everything."""
        self.sign.show_sign(sign or SIGNS[tone], tone)
        for label, text in ((self.headline, headline), (self.sentence, sentence)):
            if text != label.text():
                label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleName(f"{headline}. {sentence}" if sentence else headline)
        self.setVisible(bool(headline))


class HappeningCard(Card):
    """The verdict on the run, the best loss so far, and what is odd about the settings; or an error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What is happening", foldable=True, parent=parent)
        self.verdict, self.best, self.note = Remark(self), Remark(self), Remark(self)
        self.criterion = Paragraph("muted")
        self.criterion.hide()
        self._failure: Failure | None = None
        self._follow: Callable[[], None] | None = None
        self.suggestion = self._push_button("Apply this from the next step on.")
        self.suggestion.clicked.connect(self._take_suggestion)
        self.why = self._push_button("Show the rule by which this was judged.")
        self.why.setText("Why?")
        self.why.setCheckable(True)
        self.why.toggled.connect(self._explain)
        self.copy = self._push_button("Copy the error with all its details, to report it.")
        self.copy.clicked.connect(self._copy_details)
        self.body.setSpacing(8)
        for remark in (self.verdict, self.best, self.note):
            self.body.addWidget(remark)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.suggestion, self.why, self.copy):
            buttons.addWidget(button)
        self.body.addLayout(buttons)
        self.body.addWidget(self.criterion)
        self.body.addStretch(1)

    def show_verdict(
        self,
        verdict: Verdict,
        best: tuple[int, float] | None,
        notices: Sequence[str],
        monitor: str = "test loss",
    ) -> None:
        """Show the verdict, the best (step, loss) of the monitored loss so far, and sentences to note."""
        self._failure = None
        self.copy.hide()
        self._say(TONES.get(verdict.kind, "blue"), verdict.headline, verdict.sentence)
        if best is None:
            self.best.say("blue", "", "")
        else:
            step, loss = best
            part = monitor.removesuffix(" loss")
            self.best.say(
                "blue", f"Best loss so far {write(loss, 3)}", f"At step {step:,} ({part}).", "fa6s.flag"
            )
        self.note.say("blue", "Good to know" if notices else "", "\n".join(notices))
        if verdict.criterion != self.criterion.text():
            self.criterion.setText(verdict.criterion)
        self.why.setVisible(bool(verdict.criterion))
        self.criterion.setVisible(bool(verdict.criterion) and self.why.isChecked())
        self.suggestion.setVisible(self._follow is not None)

    def show_failure(self, failure: Failure) -> None:
        """Show an error on the training side, in place of everything else."""
        if failure == self._failure:
            return
        self._say_only("red", "Training stopped with an error", failure.message)
        self._failure = failure
        self.copy.setText("Copy details")
        self.copy.show()

    def show_loading(self, words: str) -> None:
        """Show that something is made ready, in place of everything else."""
        self._say_only("blue", words, "The run before stays on the panels until this is ready.", BUSY)

    def set_suggestion(self, text: str | None, callback: Callable[[], None] | None = None) -> None:
        """Offer a button, e.g. "Try α = 0.04", that calls back; None: nothing to offer."""
        self._follow = callback if text else None
        if text and text != self.suggestion.text():
            self.suggestion.setText(text)
        self.suggestion.setVisible(self._follow is not None and self._failure is None)

    def _say(self, tone: Tone, headline: str, sentence: str, sign: str | None = None) -> None:
        self.verdict.say(tone, headline, sentence, sign)
        # Where there is a headline only, the step would not fit.
        self.set_summary(headline.partition(" at step ")[0])

    def _say_only(self, tone: Tone, headline: str, sentence: str, sign: str | None = None) -> None:
        self._failure = None
        self._say(tone, headline, sentence, sign)
        self.best.say("blue", "", "")
        self.note.say("blue", "", "")
        for widget in (self.suggestion, self.why, self.copy, self.criterion):
            widget.hide()

    def _push_button(self, help: str) -> QPushButton:
        button = QPushButton(self.content)
        button.setToolTip(help)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.hide()
        return button

    def _take_suggestion(self) -> None:
        if self._follow is not None:
            self._follow()

    def _explain(self, shown: bool) -> None:
        self.criterion.setVisible(shown)

    def _copy_details(self) -> None:
        if self._failure is not None:
            QGuiApplication.clipboard().setText(f"{self._failure.message}\n\n{self._failure.details}")
            self.copy.setText("Copied")
