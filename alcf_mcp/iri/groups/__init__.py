"""The operations of the API by the groups of the standard."""
