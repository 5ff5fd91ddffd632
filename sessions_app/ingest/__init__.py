"""Station sockets: OCPP-J frames, the messages of each version, and commands to stations."""
