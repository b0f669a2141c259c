"""The house around the textbook: HTTP, catalogue, assessment corridor and renderings."""
