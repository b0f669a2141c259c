"""How figures are said where several rooms say them."""

from __future__ import annotations

ONE_POINT = 0.01
"""Shares closer than this to none or all are told to one digit."""


def share_of_draws(share: float, draws: int) -> str:
    """Return a share of the draws in whole per cent but for the ends: none of them is not never.

    Examples
    --------
    >>> share_of_draws(0.9160, 1024), share_of_draws(0.0, 1024), share_of_draws(1.0, 1024), share_of_draws(0.004, 1024), share_of_draws(0.9967, 1024)
    ('92 %', 'under 0.1 %', 'over 99.9 %', '0.4 %', '99.7 %')
    """
    least = f"{100.0 / draws:.1g}"
    if share == 0.0:
        return f"under {least} %"
    if share == 1.0:
        return f"over {100.0 - float(least):g} %"
    if share < ONE_POINT:
        return f"{100.0 * share:.1g} %"
    if share > 1.0 - ONE_POINT:
        return f"{100.0 - float(f'{100.0 * (1.0 - share):.1g}'):g} %"
    return f"{100.0 * share:.0f} %"
