"""The ledger: the table of contents of the model, and what runs it."""
