"""Numbers and comparisons as the verdicts write them."""

from lrviz.experiment.numbers import write


def percent(share: float) -> str:
    """ "20 %", "0.5 %"."""
    return f"{100.0 * share:.2g} %"


def times(ratio: float) -> str:
    """ "3.2 times", "15 times"."""
    return f"{write(ratio, 2)} times" if ratio < 1000.0 else "over 1,000 times"


def above(ratio: float) -> str:
    """A ratio above 1 in words that go before a noun: "20 % above", "3.2 times"."""
    return times(ratio) if ratio >= 2.0 else f"{percent(ratio - 1.0)} above"


def change(before: float, now: float) -> str:
    """ "down 20 %", "up 3 %", "unchanged"."""
    ratio = now / before
    if abs(ratio - 1.0) < 1e-4:
        return "unchanged"
    if ratio < 1.0:
        return f"down {write(100.0 * (1.0 - ratio), 2)} %"
    return f"up to {times(ratio)} as much" if ratio >= 2.0 else f"up {percent(ratio - 1.0)}"


def number(value: float) -> str:
    """Three significant digits: 0.31, 1.5e-4, 2500."""
    return write(value, digits=3)
