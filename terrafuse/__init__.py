"""Wiring: settings, addresses and the ASGI application. It knows the app; the app never knows it."""
