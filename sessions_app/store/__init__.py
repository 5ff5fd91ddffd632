"""The only code that writes rows."""
