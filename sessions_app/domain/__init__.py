"""The rules of charging sessions in plain Python: no Django, no clock, no I/O; frozen values in and out."""
