"""The one language."""
