"""Export files: one list of columns, one formatter, several writers."""
