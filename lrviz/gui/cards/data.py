"""The card of the data: a picture for each dataset, and how the examples are drawn and divided."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.datasets.base import Dataset, Table
from lrviz.engine.datasets.real import Real
from lrviz.engine.examples import load
from lrviz.engine.parts import kinds
from lrviz.experiment import Data, Experiment
from lrviz.experiment.models import TASK_WORDS
from lrviz.gui.cards.form_card import FormCard, within
from lrviz.gui.controls import ElidedLabel, Paragraph
from lrviz.gui.forms.form import Form
from lrviz.gui.painting import class_colors, diverging, diverging_pixels, image
from lrviz.gui.theme import Theme, current, icon, mix

DATASET = "data.dataset"
COLUMNS = 6
POINTS = 140
"""Points in a picture; more would run together."""
CELLS = 9
"""Rows and columns of the shading of a regression target over two inputs."""

GLYPHS = {
    "breast_cancer": "fa6s.ribbon",
    "iris": "mdi6.flower",
    "wine": "fa6s.wine-glass",
    "diabetes": "fa6s.droplet",
}
"""Icons of measured tables, by kind; another one shows a table."""

EIGHT = (
    "..1331..",
    ".131131.",
    ".12..21.",
    ".131131.",
    "..1331..",
    ".131131.",
    ".131131.",
    "..1331..",
)
"""A handwritten eight: how dark each pixel is, from 0 (".") to 3."""


class DatasetButton(QAbstractButton):
    """A picture of a dataset to choose it by. A click does not check it: the experiment does."""

    looked = Signal(bool)
    """The pointer or the keyboard came to it (true), or left."""

    def __init__(self, dataset: type[Dataset], parent: QWidget) -> None:
        super().__init__(parent)
        self.dataset = dataset
        self.setCheckable(True)
        self.setAccessibleName(dataset.title)
        self.setAccessibleDescription(dataset.summary)
        self.setToolTip(f"{dataset.title}\n{dataset.summary}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def nextCheckState(self) -> None:  # noqa: N802
        """Qt's hook: stays as it is."""

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().enterEvent(event)
        self.looked.emit(True)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().leaveEvent(event)
        self.looked.emit(False)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.looked.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().focusOutEvent(event)
        self.looked.emit(False)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(40, 38)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(32, 38)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        theme = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self.isChecked() else 1.0
        painter.setPen(QPen(QColor(self._edge(theme)), width))
        painter.setBrush(QColor(theme.field))
        box = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(box, 6, 6)
        side = min(self.width(), self.height()) - 10.0
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_dataset(painter, place, self.dataset, theme)
        painter.end()

    def _edge(self, theme: Theme) -> str:
        if self.hasFocus():
            return mix(theme.blue, theme.text, 0.6) if self.isChecked() else theme.blue
        if self.isChecked():
            return theme.blue
        return mix(theme.line, theme.text, 0.25) if self.underMouse() else theme.line


class DataCard(FormCard):
    """Pictures to choose the dataset by, its fields, and behind More how examples are divided."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Data", parent=parent)
        self.buttons = {name: DatasetButton(part, self) for name, part in _datasets().items()}
        self._shown: type[Dataset] = next(iter(_datasets().values()))
        self._looked_at: type[Dataset] | None = None
        self._loading = ""
        self.name, self.task = QLabel(), ElidedLabel()
        self.task.setProperty("look", "muted")
        self.task.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        caption = QHBoxLayout()
        caption.setSpacing(8)
        caption.addWidget(self.name)
        caption.addWidget(self.task, 1)
        self.message = Paragraph("error")
        self.message.hide()
        pictures = QGridLayout()
        pictures.setSpacing(6)
        for index, (name, button) in enumerate(self.buttons.items()):
            pictures.addWidget(button, *divmod(index, COLUMNS))
            button.clicked.connect(lambda _checked, name=name: self._choose(name))
            button.looked.connect(lambda looked, part=button.dataset: self._look(part, looked))
        for column in range(COLUMNS):
            pictures.setColumnStretch(column, 1)
        self.body.addLayout(pictures)
        self.body.addLayout(caption)
        self.body.addWidget(self.message)
        # The pictures choose the kind; the form adds the fields of that kind.
        self.fields = Form(DATASET, kinds(AnyDataset))
        if self.fields.chooser is not None:
            self.fields.chooser.hide()
        self.add_form(self.fields)
        self.add_form(Form("data", Data, fields=[name for name in Data.model_fields if name != "dataset"]))

    def set_counts(self, train: int, test: int, validation: int = 0) -> None:
        """Show how many examples each split has; empty ones are left out."""
        counts = {"train": train, "test": test, "validation": validation}
        self.set_context(" · ".join(f"{count:,} {name}" for name, count in counts.items() if count))
        self.set_summary(f"{self._shown.title} · {sum(counts.values()):,} examples")

    def show_loading(self, words: str) -> None:
        """Say below the pictures what is being read; "": nothing is."""
        if words != self._loading:
            self._loading = words
            self._show_caption()

    def show_experiment(self, experiment: Experiment) -> None:
        """See `FormCard`."""
        super().show_experiment(experiment)
        self._shown = type(experiment.data.dataset)
        self._show_caption()
        for name, button in self.buttons.items():
            button.setChecked(name == experiment.data.dataset.name())
        self.fields.setVisible(len(type(experiment.data.dataset).model_fields) > 1)

    def show_error(self, path: str, sentence: str) -> bool:
        """See `FormCard`."""
        of_choice = within(path, DATASET) and self.fields.row(path) is self.fields.chooser
        if path != "data" and not of_choice:
            return super().show_error(path, sentence)
        self.message.setText(sentence)
        self.message.show()
        return True

    def clear_errors(self) -> None:
        """See `FormCard`."""
        super().clear_errors()
        self.message.hide()

    def _look(self, dataset: type[Dataset], looked: bool) -> None:
        if looked:
            self._looked_at = dataset
        elif self._looked_at is dataset:
            self._looked_at = None
        self._show_caption()

    def _show_caption(self) -> None:
        dataset = self._looked_at or self._shown
        self.name.setText(self._loading or dataset.title)
        self.task.set_text("" if self._loading else TASK_WORDS[dataset.task])

    def _choose(self, name: str) -> None:
        if not self.buttons[name].isChecked():
            self.message.hide()
            self.edited.emit(f"{DATASET}.kind", name)


def paint_dataset(painter: QPainter, place: QRectF, dataset: type[Dataset], theme: Theme) -> None:
    """A small picture in a square. Measured tables get a sign: reading them would import scikit-learn."""
    painter.save()
    if issubclass(dataset, Real):
        if dataset.image is not None:
            _paint_digit(painter, place, theme)
        else:
            glyph = icon(GLYPHS.get(dataset.name(), "fa6s.table"), "blue")
            glyph.paint(painter, place.adjusted(4, 4, -4, -4).toRect())
    else:
        table = _table(dataset)
        if dataset.task == "regression" and table.inputs.shape[1] == 2:
            _paint_heights(painter, place, table, theme)
        else:
            _paint_points(painter, place, dataset, table, theme)
    painter.restore()


def _paint_points(
    painter: QPainter, place: QRectF, dataset: type[Dataset], table: Table, theme: Theme
) -> None:
    """The first points, in the colour of their class; of one input, its target is the height."""
    targets = table.targets[:POINTS]
    points = table.inputs[:POINTS, :2]
    classes = targets.astype(np.intp)
    colors = class_colors(theme, len(table.classes))
    if dataset.task == "regression":
        points = np.column_stack([points[:, 0], targets])
        classes, colors = (targets > np.median(targets)).astype(np.intp), class_colors(theme, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    # Both directions on one scale, except where they are different quantities.
    size = high - low if dataset.task == "regression" else np.full(2, (high - low).max())
    shares = 0.5 + (points - (low + high) / 2) / np.where(size > 0, size, 1.0)
    for number, color in enumerate(colors):
        painter.setPen(QPen(QColor(color), place.width() / 14, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(
            [
                QPointF(place.left() + x * place.width(), place.bottom() - y * place.height())
                for x, y in shares[classes == number]
            ]
        )


def _paint_heights(painter: QPainter, place: QRectF, table: Table, theme: Theme) -> None:
    """The target over two inputs, low orange and high blue."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    outline.addRoundedRect(place, 4, 4)
    painter.setClipPath(outline)
    painter.drawImage(place, image(diverging_pixels(_heights(table), diverging(theme))))


def _paint_digit(painter: QPainter, place: QRectF, theme: Theme) -> None:
    """An eight of 8 × 8 pixels, the size of the digits themselves."""
    side = place.width() / len(EIGHT)
    for row, line in enumerate(EIGHT):
        for column, mark in enumerate(line):
            square = QRectF(place.left() + column * side, place.top() + row * side, side, side)
            darkness = 0.0 if mark == "." else int(mark) / 3
            painter.fillRect(square, QColor(mix(mix(theme.field, theme.text, 0.06), theme.blue, darkness)))


def _heights(table: Table) -> NDArray[np.float64]:
    """Mean target of the points nearest to each cell, from −1 to 1, (CELLS, CELLS), the top row first."""
    low, high = table.inputs.min(axis=0), table.inputs.max(axis=0)
    middles = (np.arange(CELLS) + 0.5) / CELLS
    x, y = np.meshgrid(low[0] + middles * (high[0] - low[0]), high[1] - middles * (high[1] - low[1]))
    cells = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
    nearest = np.argsort(((cells - table.inputs) ** 2).sum(axis=-1), axis=1)[:, :8]
    heights = table.targets[nearest].mean(axis=1).reshape(CELLS, CELLS)
    centred = heights - (heights.max() + heights.min()) / 2
    return np.asarray(centred / max(float(np.abs(centred).max()), 1e-12))


@cache
def _table(dataset: type[Dataset]) -> Table:
    return load(dataset(), 0)


def _datasets() -> dict[str, type[Dataset]]:
    return {name: part for name, part in kinds(AnyDataset).items() if issubclass(part, Dataset)}
