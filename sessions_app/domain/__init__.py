"""The rules of charging sessions as plain Python: no Django, no clock, no I/O; frozen values in and out."""
