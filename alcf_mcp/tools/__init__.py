"""The tools: ``catalog`` tells which there are, a module a group holds them, ``declared`` loads them all."""
