"""Numbers as a person writes and reads them: 0.003, 3e-5, 10, 1e6."""

import math
import re

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


def write(value: float, digits: int | None = None) -> str:
    """The shortest text that reads back as exactly `value`, or as `value` rounded to `digits` digits.

    Small numbers (below 0.001), and round ones from a million on, are written with an exponent.
    """
    if digits is not None:
        value = rounded(value, digits)
    if not math.isfinite(value):
        return str(float(value)).replace("-", "−").replace("inf", "∞")
    plain, short = _plain(value), _scientific(value)
    size = abs(value)
    with_exponent = 0 < size < 1e-3 or (size >= 1e6 and len(short) < len(plain))
    return short if with_exponent else plain


def decade(exponent: int) -> str:
    """The label of 10^exponent on a scale: 1e-5, 1e-3, 0.01, 0.1, 1, 10."""
    return f"1e{exponent}" if exponent <= -3 else write(10.0**exponent)


def rounded(value: float, digits: int) -> float:
    """`value` to that many significant digits."""
    return float(f"{value:.{digits}g}")


def read(text: str) -> float:
    """The number a person typed; `3e-4`, `0.003` and the decimal comma of `0,003` are understood.

    Raises ValueError with a sentence for the person.
    """
    typed = text.strip()
    plain = typed.replace("−", "-")
    if not plain:
        raise ValueError("A number is missing; write it like 0.003 or 3e-4.")
    if _THOUSANDS.fullmatch(plain):
        raise ValueError(
            f"“{typed}” can be read in two ways; write {plain.replace(',', '')} without a comma."
        )
    plain = plain.replace(",", ".", 1)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"“{typed}” is not a number; write it like 0.003 or 3e-4.")
    value = float(plain)
    if not math.isfinite(value):
        raise ValueError(f"“{typed}” is too large; the largest number is about 1e308.")
    return value


def read_whole(text: str) -> int:
    """The whole number a person typed; `1e4` is one.

    Raises ValueError with a sentence for the person.
    """
    if text.strip().lstrip("+-−").isdecimal():
        return int(text.strip().replace("−", "-"))
    value = read(text)
    if not value.is_integer():
        raise ValueError(f"{write(value)} is not a whole number; try {write(round(value))}.")
    return int(value)


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round numbers (steps of 1, 2 or 5 times a power of ten) from low to high."""
    if not high > low or most < 1:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 5, 10, 20):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            decimals = -math.floor(math.log10(step) + 1e-9)
            return [round(index * step, decimals) for index in range(first, last + 1)]
    return [low]


def _plain(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    mantissa, exponent = _parts(value)
    sign = "-" if mantissa.startswith("-") else ""
    figures = mantissa.lstrip("-").replace(".", "")
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{figures}" if figures != "0" else "0"
    figures = figures.ljust(exponent + 1, "0")
    whole, fraction = figures[: exponent + 1], figures[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}".replace("-0", "0")


def _scientific(value: float) -> str:
    mantissa, exponent = _parts(value)
    return f"{mantissa}e{exponent}"


def _parts(value: float) -> tuple[str, int]:
    """Shortest mantissa and exponent: 0.0125 → ("1.25", -2)."""
    digits = next(n for n in range(17) if float(f"{value:.{n}e}") == float(value))
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return mantissa, int(exponent)
