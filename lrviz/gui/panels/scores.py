"""How good a network is, in the words of a card's line of context."""

import math

from lrviz.engine.examples import Examples, Split
from lrviz.experiment.numbers import write
from lrviz.session.snapshot import Snapshot


def percent(share: float, decimals: int = 0) -> str:
    """A share as "98 %"; only a share of exactly 1 is written as 100 %."""
    text = f"{100 * share:.{decimals}f}"
    while share < 1 and float(text) >= 100:
        decimals += 1
        text = f"{100 * share:.{decimals}f}"
    return f"{text} %"


def recorded(snapshot: Snapshot) -> str:
    """The newest test score recorded, e.g. "test accuracy 98 %"; empty before the first."""
    series = snapshot.series.get("test score")
    if series is None or not len(series):
        return ""
    score = float(series.latest()[1][0])
    if not math.isfinite(score):
        return "not finite"
    if snapshot.examples.task == "regression":
        return f"test R² {score:.2f}" if abs(score) < 100.0 else f"test R² {write(score, 3)}"
    return f"test accuracy {percent(score)}"


def judged(examples: Examples) -> tuple[Split, str]:
    """The split that predictions are compared on, and its name: the test split, if there is one."""
    return (examples.test, "test") if len(examples.test) else (examples.train, "training")
