"""All that can alter something at the facility: checked, written down, sent once, found out if lost."""
