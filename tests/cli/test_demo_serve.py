"""`flask demo serve` as a process: what it prints, how it stops, and a port that is taken."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import cast

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def command(tmp_path, port):
    """The command line and the environment of a demo of its own."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "PORT": str(port)}
    return {
        "args": [sys.executable, "-m", "flask", "--app", "run", "demo", "serve"],
        "env": environment | {"PYTHONUNBUFFERED": "1"},
        "cwd": ROOT,
        "text": True,
    }


def test_it_says_who_to_sign_in_as_answers_and_stops_cleanly(command, port):
    with _serving(command) as (process, printed):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        rest, _errors = process.communicate(timeout=30)

    assert process.returncode == 0
    assert f"http://localhost:{port}" in printed
    assert all(email in printed for email in cast.EVERYBODY)
    assert "Stopped." in rest


def test_a_port_that_is_taken_is_told_before_anything_is_changed(command, port, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        command["args"].append("--reset")
        (tmp_path / "clientele.db").write_text("somebody's data")
        result = subprocess.run(**command, capture_output=True, check=False, timeout=60)

    assert result.returncode == 1
    assert f"Port {port} is in use" in result.stderr
    assert (tmp_path / "clientele.db").read_text() == "somebody's data"


def test_starting_over_never_reaches_outside_its_folder(command, tmp_path):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    command["env"] |= {"DATA_DIR": str(tmp_path / "data"), "STORAGE_URL": f"file://{outside}"}
    command["args"].append("--reset")

    result = subprocess.run(**command, capture_output=True, check=False, timeout=60)

    assert result.returncode == 1
    assert "outside DATA_DIR" in result.stderr
    assert (outside / "precious").read_text() == "mine"


@contextmanager
def _serving(command):
    """A running demo, and what it printed until it was ready."""
    process = subprocess.Popen(**command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        yield process, "".join(lines)
    finally:
        process.kill()
        process.communicate()
