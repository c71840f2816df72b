"""The filesystem operations: what they take, what they do, what they answer."""
