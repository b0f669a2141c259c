"""The textbook: arrays in, arrays out.

Every chapter is a set of pure functions over NumPy arrays; none reads a file, a clock or the network, and all they
import of each other is one leaf, `arrays`. Throughout, axis 0 runs over draws (length D; a scenario or an offer counts as a draw) and axis 1
over months (length H); a quantity that does not vary along an axis has length 1 there, so that everything
broadcasts. Money is in one currency, rates and shares are decimals, a month is 30.4375 days.
"""
