"""Settings, URLs and the ASGI application. It imports the app; the app never imports it."""
