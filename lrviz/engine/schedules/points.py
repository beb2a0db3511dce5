"""Drawn by hand."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import LONGEST, Floats, Planned

MOST_POINTS = 200
HIGHEST = 1e6

Time = Annotated[float, Field(ge=0.0, le=LONGEST)]
Multiple = Annotated[float, Field(ge=0.0, le=HIGHEST)]


class Points(Planned):
    """α(t)/α goes from point to point, each a (time, multiple of α).

    Between two points it goes in a line, or in a line on a log axis ("log", for which no multiple may be
    0); before the first and after the last it stays. The times
    are absolute: they do not move with the planned length.
    Reference: `numpy.interp` of the multiples or of their logarithms.
    """

    title: ClassVar[str] = "Points"
    summary: ClassVar[str] = "Goes from point to point that you name."
    torch_name: ClassVar[str] = ""
    kind: Literal["points"] = "points"
    interpolation: Literal["linear", "log"] = field(
        "linear",
        title="Between them",
        live=True,
        labels=("Lines", "Lines on log axis"),
        help="How it goes from one point to the next: by equal amounts (lines), or by equal factors "
        "(lines on a log axis), for which no point may be 0.",
    )
    points: Annotated[
        tuple[tuple[Time, Multiple], ...],
        field(
            ...,
            title="Points",
            unit="time : × α",
            live=True,
            help="Time and multiple of α of each point, such as 0:1, 100:0.5, 500:0.1, the times ascending. "
            "Too high: the loss blows up. Too low: training stands still.",
        ),
        Field(max_length=MOST_POINTS),
    ] = ((0.0, 1.0), (3000.0, 1.0), (6000.0, 0.05))

    @field_validator("points")
    @classmethod
    def _ascend(
        cls, points: tuple[tuple[float, float], ...], info: ValidationInfo
    ) -> tuple[tuple[float, float], ...]:
        if not points:
            raise ValueError("there is no point; give at least one, such as 0:1")
        for (before, _), (time, _) in pairwise(points):
            if time <= before:
                raise ValueError(f"time {time:g} comes after {before:g}; times must ascend")
        if info.data.get("interpolation") == "log":
            for time, multiple in points:
                if multiple == 0.0:
                    raise ValueError(
                        f"the point at {time:g} is 0, which is nowhere on a log axis; "
                        "raise it or choose plain lines"
                    )
        return points

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        times, multiples = np.array(self.points, dtype=np.float64).T
        logs = self.interpolation == "log"
        between: Floats = np.interp(t, times, np.log(multiples) if logs else multiples)
        return np.exp(between) if logs else between

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on to its last point and stays there"
