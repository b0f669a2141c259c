"""Scripts that maintain the larder and the documents."""
