"""The identity provider of the demo: there with the demo, gone with it, and missed by nobody when its port is taken."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from urllib.error import URLError

import pytest

from app.cli.demo.openid import PORT_OFFSET
from tests.cli.test_demo_serve import ROOT, _serving

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def port():
    """One whose neighbour is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            number = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", number + PORT_OFFSET))
            except (OSError, OverflowError):
                continue
            return number


@pytest.fixture
def command(tmp_path, port):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PORT": str(port)}
    return {
        "args": [sys.executable, "-m", "flask", "--app", "run", "demo", "serve"],
        "env": environment | {"PYTHONUNBUFFERED": "1"},
        "cwd": ROOT,
        "text": True,
    }


def read(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def is_there(port):
    try:
        return "authorization_endpoint" in read(port + PORT_OFFSET, DISCOVERY)
    except URLError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_is_offered_while_the_demo_runs_and_stops_with_it(command, port, ending):
    with _serving(command) as (process, printed):
        assert (
            f"Titres Demo ID, a made-up provider to sign in with, is on http://127.0.0.1:{port + PORT_OFFSET}"
            in printed
        )
        assert is_there(port)
        assert "/login/with/demo-id" in read(port, "/login")
        process.send_signal(ending)
        process.communicate(timeout=30)

    assert process.returncode == 0
    assert not is_there(port)


def test_the_demo_goes_on_without_it_where_its_port_is_taken(command, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + PORT_OFFSET))
        taken.listen()
        with _serving(command) as (process, printed):
            assert "made-up provider" not in printed
            assert "/login/with/" not in read(port, "/login")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)

    assert process.returncode == 0


def test_it_ends_with_whoever_started_it(port):
    """Its standard input closes when that process is killed."""
    arguments = ["--client-id=a", "--client-secret=b", "--redirect-uri=http://localhost/"]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.openid", f"--port={port + PORT_OFFSET}", *arguments],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == "ready\n"
    assert is_there(port)
    process.communicate(timeout=10)

    assert process.returncode == 0
    assert not is_there(port)
