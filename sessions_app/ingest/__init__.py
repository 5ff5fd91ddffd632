"""Station sockets: OCPP-J frames, the messages of each OCPP version, and commands to stations."""
