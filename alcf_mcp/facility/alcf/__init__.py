"""What is known of ALCF without asking it: queues, PBS resources, job scripts, and what its services say."""
