"""Fits and back-tests: how the coefficients in the larder come about."""
