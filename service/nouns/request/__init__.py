"""What callers send: a case to assess, texts to count, query parameters."""
