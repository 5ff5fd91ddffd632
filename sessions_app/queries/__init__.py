"""The only code that reads for others; every query that a person sees begins at `access.visible_to`."""
