"""One module for each step; once released, a step never changes."""
