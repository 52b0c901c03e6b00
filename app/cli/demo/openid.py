"""The demo's identity provider: a simulator in a process of its own, offered on the sign-in page."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Flask

from app.cli.demo.people import PROVIDER, PROVIDER_LABEL
from app.extensions import ports
from app.integrations.oidc import OpenIdClient, Registration
from config import ROOT, Settings

PORT_OFFSET = 3
"""Where the simulator listens, counted from the portal's port."""
_READY = "ready\n"
_STOPS_WITHIN_S = 5


@contextmanager
def openid_provider(app: Flask, settings: Settings) -> Iterator[str | None]:
    """Run the provider and offer it; gives its address, or None where its port is taken: the demo goes on without.

    Nothing happens where the settings have a provider of this name.
    """
    if PROVIDER in ports().providers:
        yield None
        return
    port = settings.port + PORT_OFFSET
    registration = Registration(
        name=PROVIDER,
        label=PROVIDER_LABEL,
        issuer=f"http://127.0.0.1:{port}",
        client_id="clientele",
        client_secret=secrets.token_urlsafe(32),
    )
    return_to = f"{settings.public_url}/login/with/{PROVIDER}/callback"
    process = _start(registration, port=port, return_to=return_to)
    try:
        is_ready = process.stdout is not None and process.stdout.readline() == _READY
        if is_ready:
            _offer(app, OpenIdClient(registration))
        yield registration.issuer if is_ready else None
    finally:
        _stop(process)


def _start(registration: Registration, *, port: int, return_to: str) -> subprocess.Popen[str]:
    """It ends with its standard input, which ours holds: also when we are killed."""
    return subprocess.Popen(  # noqa: S603 - our own module, with arguments of our own
        [
            sys.executable,
            "-m",
            "simulators.openid",
            f"--port={port}",
            f"--client-id={registration.client_id}",
            f"--client-secret={registration.client_secret}",
            f"--redirect-uri={return_to}",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _offer(app: Flask, client: OpenIdClient) -> None:
    known = ports()
    app.extensions["ports"] = replace(known, providers={**known.providers, client.name: client})


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=_STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
