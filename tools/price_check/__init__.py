"""The weekly look at the price package: what changed since the version we ship, and which verdicts would move."""
