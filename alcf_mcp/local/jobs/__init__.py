"""Jobs: what is asked for, the scheduler's refusals, its decisions, and how jobs run."""
