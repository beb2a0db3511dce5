"""Where a plot's axes have ticks and what they say; on a log axis positions are powers of ten."""

import math
from dataclasses import dataclass

from lrviz.experiment.numbers import ticks, write

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = ((1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class Tick:
    """A position in axis units and its text."""

    position: float
    text: str


def spacing(span: float, parts: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that divides `span` into at most `parts` parts."""
    rough = span / parts
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def power_of_ten(exponent: int) -> str:
    """Plain from 0.001 to 1000, beyond like 10⁻⁴."""
    if -3 <= exponent <= 3:
        return f"{10.0**exponent:g}"
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def linear_ticks(low: float, high: float, most: int) -> list[Tick]:
    """At most `most` round values, written to the same number of decimals."""
    values = ticks(low, high, most)
    texts = [write(value) for value in values]
    if any("e" in text for text in texts):
        return [Tick(value, text) for value, text in zip(values, texts, strict=True)]
    decimals = max(len(text.partition(".")[2]) for text in texts)
    return [Tick(value, f"{value:.{decimals}f}" if value else "0") for value in values]


def step_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Whole steps from 0 on; from 10,000 on in thousands or millions where these are short."""
    low = max(low, 0.0)
    if not high > low:
        return []
    values = ticks(low, high, max(1, min(most, int(high - low) + 1)))
    values = [value for value in values if value.is_integer()]
    for unit, suffix in _UNITS:
        if (
            values
            and values[-1] >= (1e4 if unit == 1e3 else unit)
            and all(v % (unit / 10) == 0 for v in values)
        ):
            return [Tick(v, f"{v / unit:g}{suffix}" if v else "0") for v in values]
    return [Tick(value, f"{value:.0f}") for value in values]


def log_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Decades between the exponents low and high; within two decades also 2 and 5, or values in between."""
    decades = [Tick(n, power_of_ten(n)) for n in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
    if len(decades) > most:
        stride = math.ceil(len(decades) / most)
        return [tick for tick in decades if tick.position % stride == 0]
    finer = [
        Tick(exponent + math.log10(factor), write(float(f"{factor}e{exponent}")))
        for exponent in range(math.floor(low), math.ceil(high))
        for factor in (1, 2, 5)
    ]
    finer = [tick for tick in finer if low <= tick.position <= high]
    if len(decades) >= 3 or len(finer) > most:
        return decades
    if len(finer) >= 3 or not -300 < low < high < 300:
        return finer
    values = linear_ticks(10.0**low, 10.0**high, most)
    return [Tick(math.log10(tick.position), tick.text) for tick in values if tick.position > 0]
