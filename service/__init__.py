"""The house around the textbook: HTTP, catalogue and assessment corridor."""

__version__ = "0.1.0"
