"""The numbers behind a plot as CSV."""

import csv
import io
from collections.abc import Mapping

from lrviz.gui.plots.curves import Band, Curve, Line
from lrviz.gui.plots.reduction import cell, visible_cells
from lrviz.session.series import SeriesView


def table(curves: Mapping[str, Curve], start: float, stop: float) -> str:
    """CSV with a row for each recorded step from start to stop, and a column for each curve.

    A field is empty where a curve has no value. Where samples were merged, the column has the last
    one and two more columns have their minimum and maximum. Smoothed lines are left out.
    """
    columns: dict[str, dict[int, float]] = {}
    for name, curve in curves.items():
        if isinstance(curve, Line) and not curve.smooth:
            columns |= _columns(name, curve.view, curve.channel, start, stop)
        elif isinstance(curve, Band):
            for edge, channel in (("lower", curve.lower), ("upper", curve.upper)):
                columns |= _columns(f"{name} {edge}", curve.view, channel, start, stop)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step", *columns])
    for step in sorted({step for column in columns.values() for step in column}):
        writer.writerow(
            [step, *(repr(column[step]) if step in column else "" for column in columns.values())]
        )
    return text.getvalue()


def _columns(
    name: str, view: SeriesView, channel: int, start: float, stop: float
) -> dict[str, dict[int, float]]:
    first, last = visible_cells(view, start, stop)
    indices = [*range(first, last), *([-1] if view.tail_step is not None else [])]
    cells = [cell(view, index, channel) for index in indices]
    cells = [each for each in cells if start <= each[0] <= stop]
    columns = {name: {step: value for step, _, _, value in cells}}
    if view.per_cell > 1:
        columns[f"{name} min"] = {step: low for step, low, _, _ in cells}
        columns[f"{name} max"] = {step: high for step, _, high, _ in cells}
    return columns
