"""The rooms around the textbook: what is said, what is assumed, the corridor between them, the contract and HTTP."""

__version__ = "1.0.0"
