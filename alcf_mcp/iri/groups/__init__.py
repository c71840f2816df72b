"""The API's operations, grouped as in the standard."""
