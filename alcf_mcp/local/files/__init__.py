"""The filesystem operations: their arguments, their effects and their results."""
