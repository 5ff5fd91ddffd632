"""How long a header of a WebSocket handshake may be.

uvicorn never sends the error that websockets makes of a line over 8,192 bytes: the client would wait for
an answer until it gives up. Let longer lines through, so that the application answers them.
"""

from websockets import http11

MAX_HEADER_LINE = 65_536  # h11, for pages, allows as much for all headers together


def answer_long_headers() -> None:
    """Raise the limit of websockets for a header line, in this process."""
    http11.MAX_LINE_LENGTH = MAX_HEADER_LINE
