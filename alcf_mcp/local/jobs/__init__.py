"""Jobs: their specifications, the scheduler's refusals and decisions, and how jobs run."""
