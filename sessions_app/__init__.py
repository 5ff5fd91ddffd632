"""Charging sessions: from a station's socket to the manager's screen."""
