"""Everything that changes the facility: checked, recorded, sent once, and traced if its answer is lost."""
