"""Right answers for money: a table worked by hand, a second plain calculation, and what must hold at the ends."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from models import effectiveness
from models.arrays import Array

# Five options in eight draws: what each saves against the first, and the right answers it gives more.
#
#   draw      1    2    3    4    5    6    7    8     mean
#   saved 0   0    0    0    0    0    0    0    0        0
#         1  -2   -2   -2   -2   -2   -2   -2   -2       -2
#         2  -3   -3   -3   -3   -3   -3   -3   -3       -3
#         3 -11  -11  -11  -11  -11  -11  -11  -11      -11
#         4 -10  -18  -10  -18  -10  -18  -10  -18      -14
#   right 0   0    0    0    0    0    0    0    0        0
#         1   4    4    4    4    4    4    4    4        4
#         2   0    0    0    0    6    6    6    6        3
#         3   0    0   14   14   14   14    0    0        7
#         4  20   20   20   20    0    0    0    0       10
#
# Costs and effects of the means: (0, 0), (2, 4), (3, 3), (11, 7), (14, 10). Option 2 costs more than 1 and is less right:
# dominated strictly, by 1. From 1 to 3 a right answer costs 9/3 = 3, from 3 to 4 only 3/3 = 1: dominated by extension; at
# the 7 right answers of 3, half of 1 and half of 4 cost 8 rather than 11. It comes nearest where 1 gives way to 4, so 4 is
# named. One more right answer costs (2 - 0)/(4 - 0) = 0.5 with 1 and (14 - 2)/(10 - 4) = 2 with 4.
SAVED = np.array([[0.0, -2.0, -3.0, -11.0, -10.0], [0.0, -2.0, -3.0, -11.0, -18.0]] * 4)
RIGHT = np.array([
    [0.0, 4.0, 0.0, 0.0, 20.0], [0.0, 4.0, 0.0, 0.0, 20.0], [0.0, 4.0, 0.0, 14.0, 20.0], [0.0, 4.0, 0.0, 14.0, 20.0],
    [0.0, 4.0, 6.0, 14.0, 0.0], [0.0, 4.0, 6.0, 14.0, 0.0], [0.0, 4.0, 6.0, 0.0, 0.0], [0.0, 4.0, 6.0, 0.0, 0.0],
])  # fmt: skip
COSTS, EFFECTS = -SAVED.mean(axis=0), RIGHT.mean(axis=0)

# At 0.25: the means are 0, -1, -2.25, -9.25, -11.5, so option 0 is best; every other one is below 0 in all draws, at best
# 4/4 - 2 = -1, 6/4 - 3 = -1.5, 14/4 - 11 = -7.5 and 20/4 - 10 = -5: nothing to know.
# At 1: the means are 0, 2, 0, -4, -4, so 1 is best.
#   draw      1    2    3    4    5    6    7    8
#   worth 1   2    2    2    2    2    2    2    2
#         2  -3   -3   -3   -3    3    3    3    3
#         3 -11  -11    3    3    3    3  -11  -11
#         4  10    2   10    2  -10  -18  -10  -18
#   largest  10    2   10    3    3    3    3    3    sum 37
#   of        4    1    4    3    2    2    2    2    (the first of equals)
#   EVPI = 37/8 - 2 = 2.625
# At 4: the means are 0, 14, 9, 17, 26, so 4 is best.
#   worth 1  14   14   14   14   14   14   14   14
#         2  -3   -3   -3   -3   21   21   21   21
#         3 -11  -11   45   45   45   45  -11  -11
#         4  70   62   70   62  -10  -18  -10  -18
#   largest  70   62   70   62   45   45   21   21    sum 396
#   of        4    4    4    4    3    3    2    2
#   EVPI = 396/8 - 26 = 23.5
BY_HAND = [
    (0.25, [1, 0, 0, 0, 0], 0, 1.0, 0.0),
    (1.0, [0, 1 / 8, 4 / 8, 1 / 8, 2 / 8], 1, 1 / 8, 2.625),
    (4.0, [0, 0, 2 / 8, 2 / 8, 4 / 8], 4, 4 / 8, 23.5),
]
"""Price of a wrong answer, shares, option of the best mean, its share, EVPI."""


def test_frontier_and_dominance_by_hand() -> None:
    """Of the table's five options three are efficient; one is dominated strictly, one by extension, each by its neighbour."""
    assert effectiveness.efficiency_frontier(COSTS, EFFECTS).tolist() == [0, 1, 4]
    assert effectiveness.dominated_by(COSTS, EFFECTS).tolist() == [-1, -1, 1, 4, -1]


def test_incremental_costs_by_hand() -> None:
    """One more right answer costs 0.5 with the second option of the table and 2 with the last."""
    found = effectiveness.incremental_costs(COSTS, EFFECTS)
    np.testing.assert_array_equal(found, [np.nan, 0.5, np.nan, np.nan, 2.0])


@pytest.mark.parametrize("row", range(len(BY_HAND)))
def test_acceptability_by_hand(row: int) -> None:
    """Curves, frontier and value of information are those of the table at each of three prices of a wrong answer."""
    error_cost, shares, best, of_best, evpi = BY_HAND[row]
    found = effectiveness.acceptability(SAVED, RIGHT, np.array([error_cost]))
    assert found.shares.tolist() == [shares]
    assert (found.best.item(), found.frontier_shares.item(), found.evpi.item()) == (best, of_best, evpi)


def drawn(seed: int) -> tuple[Array, Array]:
    """Return savings and effects at random, small whole numbers with many ties, in so many draws that means are exact."""
    dice = np.random.default_rng(seed)
    shape = (int(dice.choice([1, 2, 4, 8])), int(dice.integers(1, 8)))
    savings = dice.integers(-4, 5, shape).astype(float)
    effects = dice.integers(-3, 4, shape).astype(float)
    savings[:, 0] = effects[:, 0] = 0.0
    return savings, effects


class Plain:
    """The definitions, one option and one draw after the other, in exact fractions."""

    def __init__(self, savings: Array, effects: Array) -> None:
        """Take the means."""
        draws, self.size = savings.shape
        self.savings = [[Fraction(value) for value in row] for row in savings.tolist()]
        self.effects = [[Fraction(value) for value in row] for row in effects.tolist()]
        self.cost = [-sum(row[o] for row in self.savings) / draws for o in range(self.size)]
        self.right = [sum(row[o] for row in self.effects) / draws for o in range(self.size)]

    def beats(self, one: int, other: int) -> bool:
        """Return whether one costs no more than the other and is at least as right, one of the two strictly."""
        no_worse = self.cost[one] <= self.cost[other] and self.right[one] >= self.right[other]
        return no_worse and (self.cost[one], self.right[one]) != (self.cost[other], self.right[other])

    def is_mixed_away(self, option: int) -> bool:
        """Return whether some mixture of two others is as right and costs less."""
        x = self.right[option]
        for less in range(self.size):
            for more in range(self.size):
                if self.right[less] < x < self.right[more]:
                    part = (x - self.right[less]) / (self.right[more] - self.right[less])
                    if (1 - part) * self.cost[less] + part * self.cost[more] < self.cost[option]:
                        return True
        return False

    def is_efficient(self, option: int) -> bool:
        """Return whether nothing dominates an option."""
        return not any(self.beats(other, option) for other in range(self.size)) and not self.is_mixed_away(option)

    def efficient(self) -> list[int]:
        """Return the efficient options, the least right first, of equals the first."""
        found = [o for o in range(self.size) if self.is_efficient(o)]
        first = {(self.right[o], self.cost[o]): o for o in reversed(found)}
        return [first[key] for key in sorted(first)]

    def incremental(self, option: int) -> Fraction | None:
        """Return what one more right answer costs against the efficient option that is next less right."""
        less = [o for o in self.efficient() if self.right[o] < self.right[option]]
        if not less or not self.is_efficient(option):
            return None
        return (self.cost[option] - self.cost[less[-1]]) / (self.right[option] - self.right[less[-1]])

    def worth(self, option: int, price: Fraction) -> Fraction:
        """Return what an option is worth on average at a price of a wrong answer."""
        return price * self.right[option] - self.cost[option]

    def shortfall(self, option: int, price: Fraction) -> Fraction:
        """Return what an option is worth less than the best one."""
        return max(self.worth(o, price) for o in range(self.size)) - self.worth(option, price)

    def named(self, option: int) -> int:
        """Return the option that is named for a dominated one."""
        nearest = next(o for o in self.efficient() if self.right[o] >= self.right[option])
        price = self.incremental(nearest) or Fraction(0)
        prices = [Fraction(0), *(self.incremental(o) or Fraction(0) for o in self.efficient())]
        assert self.shortfall(option, price) == min(self.shortfall(option, each) for each in prices)
        strict = [o for o in range(self.size) if self.beats(o, option)]
        if nearest in strict or not strict:
            return nearest
        return max(strict, key=lambda o: self.worth(o, price))


MATRICES = range(200)


def test_dominance_is_that_of_the_definitions() -> None:
    """Over 200 matrices, ties included: frontier, incremental costs and what is named are those of a plain calculation."""
    seen = set()
    for seed in MATRICES:
        savings, effects = drawn(seed)
        plain, costs, right = Plain(savings, effects), -savings.mean(axis=0), effects.mean(axis=0)
        assert effectiveness.efficiency_frontier(costs, right).tolist() == plain.efficient(), seed
        incremental = effectiveness.incremental_costs(costs, right)
        dominated = effectiveness.dominated_by(costs, right)
        for option in range(plain.size):
            expected = plain.incremental(option)
            assert np.isnan(incremental[option]) == (expected is None), (seed, option)
            assert expected is None or incremental[option] == pytest.approx(float(expected), rel=1e-14), (seed, option)
            if plain.is_efficient(option):
                assert dominated[option] == effectiveness.NONE, (seed, option)
                seen.add("equal" if option not in plain.efficient() else "efficient")
            else:
                by = plain.named(option)
                assert dominated[option] == by, (seed, option)
                seen.add(f"strictly, by one {'' if by in plain.efficient() else 'not '}efficient" if plain.beats(by, option) else "mixed away")  # fmt: skip
    assert len(seen) == 5, "every kind of case comes up"


def test_acceptability_is_that_of_the_definitions() -> None:
    """Over 200 matrices, ties included: shares, best means and value of information are those of a plain calculation."""
    prices = [Fraction(0), Fraction(1, 4), Fraction(1), Fraction(3, 2), Fraction(16)]
    for seed in MATRICES:
        savings, effects = drawn(seed)
        plain, draws = Plain(savings, effects), len(savings)
        found = effectiveness.acceptability(savings, effects, np.array([float(price) for price in prices]))
        for at, price in enumerate(prices):
            wins, largest = [0] * plain.size, Fraction(0)
            for a, w in zip(plain.savings, plain.effects, strict=True):
                worth = [a[o] + price * w[o] for o in range(plain.size)]
                wins[worth.index(max(worth))] += 1
                largest += max(worth) / draws
            means = [plain.worth(o, price) for o in range(plain.size)]
            best = means.index(max(means))
            assert found.shares[at].tolist() == [won / draws for won in wins], (seed, price)
            assert found.best[at] == best, (seed, price)
            assert found.frontier_shares[at] == wins[best] / draws, (seed, price)
            assert found.evpi[at] == float(largest - max(means)), (seed, price)


@pytest.mark.parametrize("seed", range(50))
def test_incremental_costs_are_the_switches_of_the_envelope(seed: int) -> None:
    """Just below what one more right answer costs with an option the one before it is worth most, just above that option."""
    dice = np.random.default_rng(seed)
    costs, effects = np.append(0.0, dice.lognormal(3, 2, 11)), np.append(0.0, dice.normal(0, 100, 11))
    frontier = effectiveness.efficiency_frontier(costs, effects)
    switches = effectiveness.incremental_costs(costs, effects)[frontier]
    assert np.isnan(switches[0]) and (np.diff(switches[1:]) > 0).all()
    assert (effects * 0.0 - costs).argmax() == frontier[0] and effects.argmax() == frontier[-1]
    for before, option, switch in zip(frontier, frontier[1:], switches[1:], strict=False):
        assert (effects * (switch * (1 - 1e-9)) - costs).argmax() == before
        assert (effects * (switch * (1 + 1e-9)) - costs).argmax() == option


@pytest.mark.parametrize("seed", range(20))
def test_nothing_uncertain_is_worth_nothing_to_know(seed: int) -> None:
    """Where no draw differs from another, to know the truth is worth exactly nothing and the best is the best in all draws."""
    dice = np.random.default_rng(seed)
    savings, effects = (np.tile(dice.normal(0, 1e6, 7), (1001, 1)) for _ in range(2))
    # The last is the first again but for the last digit, so that a mean that is off by rounding would choose the other one.
    savings[:, -1], effects[:, -1] = np.nextafter(savings[:, 0], np.inf), effects[:, 0]
    found = effectiveness.acceptability(savings, effects, np.append(0.0, np.geomspace(1e-6, 1e6, 40)))
    assert found.evpi.tolist() == [0.0] * 41
    assert found.frontier_shares.tolist() == [1.0] * 41


@pytest.mark.parametrize("seed", range(20))
def test_to_know_is_never_worth_less_than_nothing(seed: int) -> None:
    """The value of information is at least 0 at every price, and shares add up to 1."""
    dice = np.random.default_rng(seed)
    savings, effects = dice.normal(0, 1e9, (256, 6)), dice.normal(0, 1e-3, (256, 6))
    found = effectiveness.acceptability(savings, effects, np.append(0.0, np.geomspace(1e-3, 1e15, 40)))
    assert (found.evpi >= 0.0).all()
    assert found.shares.sum(axis=1).tolist() == [1.0] * 41


def test_many_prices_take_no_more_memory_than_one() -> None:
    """With 16,384 draws of 12 options at 42 prices, less memory is taken than four matrices of net benefits fill."""
    dice = np.random.default_rng(1)
    savings, effects = dice.normal(size=(16_384, 12)), dice.normal(size=(16_384, 12))
    tracemalloc.start()
    effectiveness.acceptability(savings, effects, np.linspace(0.0, 2.0, 42))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * savings.nbytes
