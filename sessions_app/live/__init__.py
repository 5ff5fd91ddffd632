"""Browser sockets: pass live events on to the managers who may see them."""
