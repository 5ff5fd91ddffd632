"""Template filters: one line each over a pure function."""
