"""Charging sessions, from the station's socket to the manager's screen."""
