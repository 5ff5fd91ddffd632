"""Background work: the worker process, what keeps its queue whole, and the schedules."""
