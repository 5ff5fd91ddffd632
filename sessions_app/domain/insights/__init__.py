"""The figures of insights, worked out from spans and sessions."""
