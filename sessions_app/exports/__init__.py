"""Export files: one registry, one list of columns, one formatter, several writers, a worker's task."""
