"""What is assumed, dated and sourced: the files, how they are read and what is refused."""
