"""Built-in knowledge of ALCF: queues, PBS resources, job scripts, and the wording of its services' errors."""
