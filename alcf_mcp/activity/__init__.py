"""What ALCF's machines are doing, according to their public activity feed."""
