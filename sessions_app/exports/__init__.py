"""Files for the accountant: one list of columns, one formatter, several writers."""
