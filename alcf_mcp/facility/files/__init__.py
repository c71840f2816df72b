"""Reading files and directories."""
