"""Serving the provider on the loopback interface, in a thread that ends with its context."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulators.openid.provider import OpenIdSimulator

HOST = "127.0.0.1"


class _Silent(WSGIRequestHandler):
    """Its log would hold codes, which stand in addresses."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(simulator: OpenIdSimulator, server: BaseWSGIServer) -> Iterator[OpenIdSimulator]:
    """Answer on `server`'s port until the context ends."""
    server.app = simulator
    thread = Thread(
        target=server.serve_forever,
        kwargs={"poll_interval": 0.02},
        name="openid-simulator",
        daemon=True,
    )
    thread.start()
    try:
        yield simulator
    finally:
        simulator.release()
        server.shutdown()
        thread.join()
        server.server_close()


def bound_server(port: int = 0) -> BaseWSGIServer:
    """A server on its port, which is taken from now on: 0 takes a free one. It answers once it is served."""
    return make_server(HOST, port, _not_yet, threaded=True, request_handler=_Silent)


def _not_yet(_environ: object, _start_response: object) -> list[bytes]:
    return []
