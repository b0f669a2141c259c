"""The only exit from NumPy: figures of a simulation as plain numbers, infinities and gaps as None."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models import decision
from service.assessment.simulate import Simulation
from service.nouns.answer.money import NpvAnswer, Spread

DECILES = (0.1, 0.5, 0.9)


def finite(number: Any) -> float | None:
    """Return a plain float, None for what is infinite or not a number.

    Examples
    --------
    >>> finite(np.inf) is None, finite(np.float64(2))
    (True, 2.0)
    """
    plain = float(number)
    return plain if math.isfinite(plain) else None


class Figures:
    """Reads figures off a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        """Open a simulation for reading."""
        self.simulation = simulation

    def maybe(self, name: str) -> float | None:
        """Return a base-case figure, None where it does not apply."""
        return finite(self.simulation.base[name].ravel()[0])

    def __call__(self, name: str) -> float:
        """Return a base-case figure that always applies.

        Raises
        ------
        ArithmeticError
            If it is not finite: a fault of the ledger, not of the caller.
        """
        number = self.maybe(name)
        if number is None:
            raise ArithmeticError(f"{name} is not finite")
        return number

    def row(self, name: str) -> list[float | None]:
        """Return a base-case figure as a list, by month where it has months."""
        return [finite(number) for number in self.simulation.base[name].ravel()]

    def by_month(self, name: str, horizon: int) -> list[float]:
        """Return a base-case figure of every month."""
        row = np.broadcast_to(self.simulation.base[name], (1, horizon))[0]
        return [float(number) for number in row]

    def percentiles(self, name: str) -> tuple[float | None, ...]:
        """Return the 10th, 50th and 90th percentile over the draws."""
        return tuple(finite(p) for p in decision.percentiles(self.simulation.draws[name], DECILES))

    def mean(self, name: str) -> float:
        """Return the mean over the draws."""
        return float(self.simulation.draws[name].mean())

    def spread(self, name: str) -> Spread:
        """Return a money figure at the base case and over the draws."""
        p10, p50, p90 = decision.percentiles(self.simulation.draws[name], DECILES)
        return Spread(base_case=self(name), p10=p10, p50=p50, p90=p90)

    def npv(self, base_case: float, draws: Any) -> NpvAnswer:
        """Return a net present value at the base case and over the draws."""
        p10, p50, p90 = decision.percentiles(draws, DECILES)
        return NpvAnswer(
            base_case=base_case,
            mean=float(draws.mean()),
            p10=p10,
            p50=p50,
            p90=p90,
            standard_error=decision.standard_error(draws),
            probability_positive=decision.share(draws > 0),
        )
