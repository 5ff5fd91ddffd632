"""Formats for values that Django formats itself, such as times in the admin."""
