"""Says where committed JSON differs from the same made anew; the last digits of a figure, which hang on the CPU, do not."""

from __future__ import annotations

import math
from typing import Any

CLOSE = 1e-9
"""What a figure may differ by, as a share of itself."""
RESIDUE = 1e-6
"""What is left of two large sums that nearly cancel may differ by, in units of the currency: its last digits are those of the sums."""


def differences(committed: Any, now: Any, where: str = "") -> list[str]:
    """Return where two JSON values differ: in a type, a text, an integer, names or their order, or more than the last digits.

    Examples
    --------
    >>> differences({"npv": 21.0}, {"npv": 21.0 + 1e-12})
    []
    >>> differences({"npv_difference_below": -0.0038676566182}, {"npv_difference_below": -0.0038676566255})
    []
    >>> differences({"npv": [21.0]}, {"npv": [21]})
    ['/npv/0: 21.0 became 21']
    """
    if type(committed) is type(now):
        if isinstance(now, dict) and list(committed) == list(now):
            return [found for name in now for found in differences(committed[name], now[name], f"{where}/{name}")]
        if isinstance(now, list) and len(committed) == len(now):
            pairs = enumerate(zip(committed, now, strict=True))
            return [found for index, pair in pairs for found in differences(*pair, f"{where}/{index}")]
        residue = RESIDUE if where.rpartition("/")[2].startswith("npv_difference_") else 0.0
        if isinstance(now, float) and math.isclose(committed, now, rel_tol=CLOSE, abs_tol=residue):
            return []
        if not isinstance(now, dict | list) and committed == now:
            return []
    return [f"{where}: {committed!r:.80} became {now!r:.80}"]
