"""Tell the user, outside of any conversation, that a job has ended."""
