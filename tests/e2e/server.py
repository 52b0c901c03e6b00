"""The application on a port of the loopback, served as the demo serves it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any

from waitress.server import create_server  # type: ignore[import-untyped]  # ships no types

THREADS = 4
LONGEST_WAIT_S = 20


class LiveServer:
    """Counts the requests that are not answered to the end, so that a test can wait for them."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._under_way = 0
        self._change = Condition()
        self._server: Any = create_server(
            self._counted, host="127.0.0.1", port=0, threads=THREADS, ident=None
        )
        self.url = f"http://127.0.0.1:{self._server.effective_port}"

    def wait_until_idle(self) -> None:
        """Wait until no request can touch the database any more."""
        with self._change:
            assert self._change.wait_for(lambda: not self._under_way, LONGEST_WAIT_S)

    def _counted(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self._count(1)
        try:
            answer = self._app(environ, start_response)
            try:
                yield from answer
            finally:
                getattr(answer, "close", lambda: None)()
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._change:
            self._under_way += change
            self._change.notify_all()

    @contextmanager
    def running(self) -> Iterator["LiveServer"]:
        thread = Thread(target=self._server.run, name="live server", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.trigger.pull_trigger(self._close)  # in the thread that polls the sockets
            thread.join(LONGEST_WAIT_S)
            self._server.task_dispatcher.shutdown()

    def _close(self) -> None:
        self._server.asyncore.close_all(self._server._map)
