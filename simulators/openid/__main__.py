"""`python -m simulators.openid`: the provider as a program of its own, until it is stopped or left alone."""

import argparse
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from simulators.openid.provider import Client, OpenIdSimulator
from simulators.openid.serving import HOST, bound_server, serving

READY = "ready"


def main() -> int:
    """Serve until SIGTERM, Ctrl-C or the end of standard input: whoever started it may die without a word.

    One line is printed once the port answers.
    """
    arguments = _arguments()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        server = bound_server(arguments.port)
    except (OSError, OverflowError, SystemExit):  # werkzeug exits by itself where a port is taken
        sys.stderr.write(f"port {arguments.port} cannot be used\n")
        return 1
    issuer = f"http://{HOST}:{arguments.port}"
    client = Client(arguments.client_id, arguments.client_secret, arguments.redirect_uri)
    with serving(OpenIdSimulator(issuer=issuer, client=client), server), suppress(SystemExit):
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulators.openid", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
