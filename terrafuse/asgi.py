"""The ASGI application: pages, station sockets and browser sockets.

`AllowedHostsOriginValidator` wraps only the browser sockets: stations send no Origin.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "terrafuse.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

from terrafuse import env

with env.told_plainly():
    pages = get_asgi_application()  # loads the apps: the imports below need them

from sessions_app.ingest.socket import station_socket
from sessions_app.routing import browser_sockets, sockets
from terrafuse.headers import answer_long_headers
from terrafuse.socket_limits import BROWSER_MESSAGE_BYTES, STATION_MESSAGE_BYTES, limit_sockets

browsers = AllowedHostsOriginValidator(AuthMiddlewareStack(browser_sockets))
application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": sockets(
            stations=limit_sockets(station_socket, message_bytes=STATION_MESSAGE_BYTES, has_pings=False),
            browsers=limit_sockets(browsers, message_bytes=BROWSER_MESSAGE_BYTES, has_pings=True),
        ),
    }
)

answer_long_headers()
