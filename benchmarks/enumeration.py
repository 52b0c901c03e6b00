"""`python -m benchmarks.enumeration`: whether the time of an answer tells which addresses have an account."""

import random
import re
import string
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from app.cli.demo.people import CUSTOMERS, STAFF
from benchmarks.client import Client, UnexpectedAnswer
from benchmarks.database import filled
from benchmarks.findings import Finding
from benchmarks.publishing import command_line, publish
from benchmarks.serving import serve_product
from benchmarks.verdicts import TIMES

WARM_UP = 20
KNOWN = tuple(person.email for person in (*STAFF, *CUSTOMERS))


@dataclass(frozen=True, slots=True)
class Question:
    """A form that takes an address, and the status that every failure is answered with."""

    title: str
    path: str
    form_at: str
    status: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """One form, tried with a known and an unknown address by turns; shares are of 1.

    `by_chance` is how far from a half `known_slower` is in 95 of 100 runs where the time tells nothing.
    """

    title: str
    pairs: int
    ratio: float
    known_slower: float
    by_chance: float
    known_p50_ms: float
    unknown_p50_ms: float

    @property
    def row(self) -> list[str]:
        return [
            self.title,
            str(self.pairs),
            f"**{self.ratio:.3f}**",
            f"{self.known_slower:.1%}",
            f"{0.5 - self.by_chance:.1%} to {0.5 + self.by_chance:.1%}",
            f"{self.known_p50_ms:.2f}",
            f"{self.unknown_p50_ms:.2f}",
        ]


QUESTIONS = (
    Question("sign-in with a wrong password", "/login", "/", 422),
    Question("request for a new password", "/forgot", "/forgot", 303),
)


def main() -> None:
    """Time both forms, by turns and in random order within each pair, and write the results."""
    parser = command_line("enumeration", __doc__)
    parser.add_argument("--pairs", type=int, default=600, help="of each form")
    arguments = parser.parse_args()
    # Each try comes from a network of its own, as a proxy would say, or the throttle would answer.
    with filled(1_000) as database, serve_product(database, PROXY_HOPS="1") as server:
        measured = [_measure(server.port, one, arguments.pairs) for one in QUESTIONS]
    publish(found(measured), dry=arguments.dry)


def found(measured: Sequence[Pairs]) -> Finding:
    return Finding(
        name="enumeration",
        title="Known and unknown addresses",
        about="each form is sent an address that somebody has and one that nobody has, by turns, in random order, "
        "from networks of their own. The answers are the same to the letter (the tests see to that); here is whether "
        "their time tells who has an account. It does not where the known one is slower in about half of the pairs.",
        numbers={one.title: one.known_slower for one in measured},
        columns=(
            "form",
            "pairs",
            f"known {TIMES} unknown (medians)",
            "known was slower in",
            "by chance",
            "known p50 ms",
            "unknown p50 ms",
        ),
        rows=[one.row for one in measured],
    )


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
