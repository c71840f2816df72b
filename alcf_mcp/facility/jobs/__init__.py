"""Reading jobs, and everything about one that is about to be asked for."""
