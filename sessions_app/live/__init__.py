"""Browser sockets: what is announced, passed on to those who may see it."""
