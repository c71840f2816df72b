"""Applications that are served on loopback, in threads of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(app: ASGIApp, port: int = 0, http: Any = "auto") -> Iterator[str]:
    """Serve an application, and yield its origin.

    Args:
        app: the application; a lifespan that it has is run.
        port: the port; 0 picks a free one.
        http: what speaks HTTP, as uvicorn calls it.
    """
    config = uvicorn.Config(app, port=port, log_config=None, http=http, ws="none", lifespan="auto")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
