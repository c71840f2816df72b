"""Read jobs, and prepare the ones that are about to be submitted or changed."""
