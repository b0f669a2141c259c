"""What is said and answered: nouns of msgspec, and nothing that computes."""
