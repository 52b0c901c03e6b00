"""Serves the contestants side by side, each by one gunicorn worker with a few threads."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config import ROOT
from tests.databases import Addresses

if TYPE_CHECKING:
    from benchmarks.database import Filled

THREADS = 4
_STARTS_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it answers, and its process."""

    port: int
    master: int

    def memory_mb(self) -> float:
        """What its worker holds in memory, in MiB."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "ppid=,rss="], capture_output=True, text=True, check=True
        )
        rows = (line.split() for line in listed.stdout.splitlines())
        return sum(int(kib) for parent, kib in rows if int(parent) == self.master) / 1024

    def worker(self) -> int:
        """The process of its one worker."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=True
        )
        rows = (line.split() for line in listed.stdout.splitlines())
        return next(int(pid) for parent, pid in rows if int(parent) == self.master)


def environment(addresses: Addresses, folder: Path) -> dict[str, str]:
    """The settings of all of them: the product works as its run-time role, on documents in `folder`."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "DATA_DIR": str(folder),
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": addresses.runtime,
        "DATABASE_OWNER_URL": addresses.owner,
        "DATABASE_SYSTEM_URL": addresses.system,
        "DATABASE_AUDIT_URL": addresses.audit,
        "JOBS_ENGINE": "embedded",
    }


@contextmanager
def serve(
    application: str,
    variables: dict[str, str],
    *,
    log: Path,
    threads: int = THREADS,
    workers: int = 1,
) -> Iterator[Server]:
    """Start `application` ("module:app") and wait until it takes connections."""
    port = _free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers),
        "--threads", str(threads), "--keep-alive", "30", "--bind", f"127.0.0.1:{port}",
        "--log-level", "warning", "--no-control-socket", application,
    ]  # fmt: skip
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, env=variables | {"PORT": str(port)}, cwd=ROOT, stdout=file, stderr=file
        )
    try:
        _wait_for(port, process, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def serve_product(
    database: "Filled",
    *,
    application: str = "run:app",
    threads: int = THREADS,
    workers: int = 1,
    **more: str,
) -> Iterator[Server]:
    """The product on a filled database; `more` are settings beyond the usual ones."""
    variables = environment(database.addresses, database.folder) | more
    log = database.folder / "product.log"
    with serve(application, variables, log=log, threads=threads, workers=workers) as server:
        yield server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
