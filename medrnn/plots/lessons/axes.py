"""Ticks of logarithmic axes at the size of all other text: Plotly writes exponents and the digits between smaller."""

from math import ceil, floor, log10

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DECADES = (1, 2, 3, 5, 10, 20, 50, 100)  # between two ticks
MOST_TICKS = 9
FEW = 1.5  # decades; on a shorter axis 2 and 5 are ticks too


def power(exponent: int) -> str:
    """A power of ten, such as "10⁻⁶"."""
    return f"10{str(exponent).translate(SUPERSCRIPT)}"


def log_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Round values from one end to the other, and how they are written.

    Args:
        low: smallest value, above 0.
        high: largest value, from ``low``.
    """
    first, last = floor(log10(low)), ceil(log10(high))
    if log10(high / low) <= FEW:
        few = [factor * 10.0**k for k in range(first, last + 1) for factor in (1, 2, 5)]
        return few, [f"{value:g}" for value in few]
    step = next((step for step in DECADES if (last - first) / step < MOST_TICKS), DECADES[-1])
    exponents = [k for k in range(first, last + 1) if k % step == 0]
    return [10.0**k for k in exponents], [power(k) for k in exponents]
