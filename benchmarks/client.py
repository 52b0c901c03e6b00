"""A browser that does next to nothing: one kept-alive connection, so that the server is what is timed."""

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

_BLOCK = 1 << 18


class UnexpectedAnswer(RuntimeError):
    """A page that is not what was to be timed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` is from the first byte sent to the last byte received."""

    status: int
    headers: str
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def cookies(self) -> dict[str, str]:
        return dict(re.findall(r"(?im)^set-cookie: ([^=]+)=([^;\r\n]*)", self.headers))


class Client:
    """Keeps its cookies; reconnects when the server has hung up. `forwarded_for` is what a proxy would say."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self.cookies: dict[str, str] = {}
        self.forwarded_for = ""

    def get(self, path: str) -> Answer:
        return self._ask(f"GET {path}", "", b"")

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        body = urlencode(fields).encode()
        return self._ask(f"POST {path}", f"{kind}Content-Length: {len(body)}\r\n", body)

    def sign_in(self, email: str, password: str) -> None:
        """Through the form of the first page, as everybody does.

        Raises:
            UnexpectedAnswer: they were not let in.
        """
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)
        if token is None:
            raise UnexpectedAnswer("no form to sign in with")
        fields = {"email": email, "password": password, "csrf_token": token[1]}
        answer = self.post("/login", fields)
        if answer.status != 303 or "sid" not in self.cookies:
            raise UnexpectedAnswer(f"{email} was answered with {answer.status}")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, line: str, headers: str, body: bytes) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{line} HTTP/1.1\r\nHost: localhost:{self._port}\r\nCookie: {cookie}\r\n{headers}"
        if self.forwarded_for:
            head += f"X-Forwarded-For: {self.forwarded_for}\r\n"
        message = head.encode() + b"\r\n" + body
        try:
            answer = self._send(message)
        except ConnectionError:  # the server keeps an idle connection for seconds only
            self.close()
            answer = self._send(message)
        self.cookies.update(answer.cookies())
        return answer

    def _send(self, message: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        started = time.perf_counter()
        self._socket.sendall(message)
        data = self._receive(b"", until=lambda so_far: b"\r\n\r\n" in so_far)
        head, _blank, body = data.partition(b"\r\n\r\n")
        headers = head.decode("latin-1")
        if length := re.search(r"(?i)\r\ncontent-length: (\d+)", headers):
            wanted = int(length[1])
            body = self._receive(body, until=lambda so_far: len(so_far) >= wanted)
        elif "chunked" in headers:
            body = self._receive(body, until=lambda so_far: so_far.endswith(b"0\r\n\r\n"))
        seconds = time.perf_counter() - started
        if "connection: close" in headers.lower():
            self.close()
        return Answer(int(head[9:12]), headers, body, seconds)

    def _receive(self, data: bytes, *, until: Callable[[bytes], bool]) -> bytes:
        while not until(data):
            block = self._socket.recv(_BLOCK) if self._socket else b""
            if not block:
                raise ConnectionResetError("the server hung up")
            data += block
        return data
