"""`python -m benchmarks.enumeration`: whether the time of an answer tells which addresses have an account."""

import argparse
import random
import re
import string
import sys
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import median

from app.cli.demo.people import CUSTOMERS, STAFF
from app.domain.clock import today
from benchmarks.__main__ import filled
from benchmarks.client import Client, UnexpectedAnswer
from benchmarks.report import KeptEnumeration, Pairs, keep_enumeration
from benchmarks.serving import environment, serve

WARM_UP = 20
KNOWN = tuple(person.email for person in (*STAFF, *CUSTOMERS))


@dataclass(frozen=True, slots=True)
class Question:
    """A form that takes an address, and the status that every failure is answered with."""

    title: str
    path: str
    form_at: str
    status: int


QUESTIONS = (
    Question("sign-in with a wrong password", "/login", "/", 422),
    Question("request for a new password", "/forgot", "/forgot", 303),
)


def main() -> None:
    """Time both forms, by turns and in random order within each pair, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enumeration", description=__doc__)
    parser.add_argument("--pairs", type=int, default=600, help="of each form")
    parser.add_argument("--dry", action="store_true", help="measure, but keep no results")
    arguments = parser.parse_args()
    with filled(1_000) as database:
        # Each try comes from a network of its own, as a proxy would say, or the throttle would answer.
        variables = environment(database.addresses, database.folder) | {"PROXY_HOPS": "1"}
        with serve("run:app", variables, log=database.folder / "product.log") as server:
            measured = [_measure(server.port, one, arguments.pairs) for one in QUESTIONS]
    run = KeptEnumeration(measured_on=today().isoformat(), forms=[asdict(one) for one in measured])
    print(run.text() if arguments.dry else keep_enumeration(run))


def _measure(port: int, question: Question, pairs: int) -> Pairs:
    client = Client(port)
    known: list[float] = []
    unknown: list[float] = []
    try:
        token = _token(client, question)
        for number in range(-WARM_UP, pairs):
            address = random.choice(KNOWN)
            seconds = {}
            for one in random.sample([address, _stranger_like(address)], 2):
                seconds[one == address] = _time(client, question, one, token)
            if number >= 0:
                known.append(seconds[True])
                unknown.append(seconds[False])
    finally:
        client.close()
    slower = sum(mine > theirs for mine, theirs in zip(known, unknown, strict=True))
    return Pairs(
        title=question.title,
        pairs=pairs,
        ratio=round(median(known) / median(unknown), 3),
        known_slower=round(slower / pairs, 3),
        by_chance=round(1.96 / (2 * sqrt(pairs)), 3),
        known_p50_ms=round(median(known) * 1000, 2),
        unknown_p50_ms=round(median(unknown) * 1000, 2),
    )


def _token(client: Client, question: Question) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(question.form_at).text)
    if found is None:
        raise UnexpectedAnswer(f"no form at {question.form_at}")
    return found[1]


def _time(client: Client, question: Question, email: str, token: str) -> float:
    client.forwarded_for = ".".join(str(random.randrange(1, 224)) for _ in range(4))
    fields = {"email": email, "password": "no password of theirs", "csrf_token": token}
    answer = client.post(question.path, fields)
    if answer.status != question.status:
        sys.exit(f"{question.path} answered with {answer.status}")
    return answer.seconds


def _stranger_like(address: str) -> str:
    """An address that nobody has, as long as the other and of the same domain."""
    local, _at, domain = address.partition("@")
    return f"{''.join(random.choices(string.ascii_lowercase, k=len(local)))}@{domain}"


if __name__ == "__main__":
    main()
