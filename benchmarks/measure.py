"""Times the product against the floor, by turns, in one run; counts the statements behind each page."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

import psycopg

from app.cli.demo.people import PASSWORD
from benchmarks.client import Answer, Client, UnexpectedAnswer
from benchmarks.pages import Page

WARM_UP = 20
COUNTED = 20
_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "SHOW")


@dataclass(slots=True)
class Timing:
    """Seconds per request: one list for each round."""

    rounds: list[list[float]] = field(default_factory=list)

    @property
    def medians(self) -> list[float]:
        return [median(one) for one in self.rounds]

    @property
    def p50_ms(self) -> float:
        return median(self._all) * 1000

    @property
    def p95_ms(self) -> float:
        return quantiles(self._all, n=20)[-1] * 1000

    @property
    def _all(self) -> list[float]:
        return [seconds for one in self.rounds for seconds in one]

    def times(self, other: "Timing") -> float:
        """How many times the other it takes: the median of what each round says."""
        pairs = zip(self.medians, other.medians, strict=True)
        return median(mine / theirs for mine, theirs in pairs)


@dataclass(slots=True)
class Measured:
    """One page: `statements` and `commands` (of transactions, and pings) are the product's, for each request."""

    page: Page
    product: Timing = field(default_factory=Timing)
    floor: Timing = field(default_factory=Timing)
    statements: int = 0
    commands: int = 0
    kilobytes: float = 0
    floor_kilobytes: float = 0


class Bench:
    """Both servers, with somebody signed in at each for every page."""

    def __init__(self, *, product_port: int, floor_port: int, users: Mapping[str, int]) -> None:
        self._product = {who: Client(product_port) for who in users}
        self._floor = {who: Client(floor_port) for who in users}
        for who, client in self._product.items():
            client.sign_in(who, PASSWORD)
        for who, user_id in users.items():
            self._floor[who].get(f"/enter/{user_id}")

    def check(self, page: Page) -> Measured:
        """Ask both once, and see that they show what they should.

        Raises:
            UnexpectedAnswer: a page is not what it was to be.
        """
        answer = _checked(page, self._product[page.who].get(page.path))
        floor = _checked_floor(page, self._floor[page.who].get(page.floor_path))
        return Measured(
            page,
            kilobytes=len(answer.body) / 1024,
            floor_kilobytes=len(floor.body) / 1024,
        )

    def time(self, measured: Sequence[Measured], *, rounds: int, burst: int) -> None:
        """A few requests to the floor, as many to the product, page after page, round after round.

        What disturbs the machine for a while then disturbs both; and each answers warm, as when it is busy.
        """
        for one in measured:
            self._take_turns(one, WARM_UP)
        for _round in range(rounds):
            gc.collect()
            gc.disable()
            for one in measured:
                on_floor, on_product = self._take_turns(one, burst)
                one.floor.rounds.append(on_floor)
                one.product.rounds.append(on_product)
            gc.enable()

    def _take_turns(self, one: Measured, count: int) -> tuple[list[float], list[float]]:
        who = one.page.who
        on_floor = _burst(self._floor[who], one.page.floor_path, count)
        return on_floor, _burst(self._product[who], one.page.path, count)

    def count(self, measured: Measured, superuser: psycopg.Connection[tuple[object, ...]]) -> str:
        """Set what reached the database for one request; return the statements, for the curious."""
        superuser.execute("SELECT pg_stat_statements_reset()")
        client = self._product[measured.page.who]
        for _request in range(COUNTED):
            client.get(measured.page.path)
        rows = superuser.execute(
            "SELECT s.query, s.calls, s.mean_exec_time FROM pg_stat_statements s "
            "JOIN pg_roles r ON r.oid = s.userid "
            "WHERE r.rolname IN ('clientele_rt', 'clientele_audit')"
        ).fetchall()
        statements = commands = 0
        lines = []
        for query, calls, mean_ms in rows:
            each = round(int(str(calls)) / COUNTED)
            if _is_command(str(query)):
                commands += each
            else:
                statements += each
            lines.append(f"{each} x {float(str(mean_ms)):.3f} ms  {' '.join(str(query).split())}")
        measured.statements, measured.commands = statements, commands
        return "\n".join(lines)


@contextmanager
def statistics_of(superuser_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection that may read what every role has asked."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        yield connection


def _is_command(query: str) -> bool:
    return query.upper().startswith(_TRANSACTIONS) or query in {"SELECT $1", ";"}


def _burst(client: Client, path: str, count: int) -> list[float]:
    """The first request wakes the other process up; it is not counted."""
    answers = [client.get(path) for _request in range(count + 1)]
    for answer in answers:
        _check_status(path, answer)
    return [answer.seconds for answer in answers[1:]]


def _checked(page: Page, answer: Answer) -> Answer:
    _check_status(page.path, answer)
    if not answer.body.startswith(page.begins):
        raise UnexpectedAnswer(f"{page.path}: not the file")
    _check_order(page.path, answer.text, page.numbers)
    return answer


def _checked_floor(page: Page, answer: Answer) -> Answer:
    _check_status(page.floor_path, answer)
    if page.floor_path != "/all":
        _check_order(page.floor_path, answer.text, page.numbers)
    return answer


def _check_status(path: str, answer: Answer) -> None:
    if answer.status != 200:
        raise UnexpectedAnswer(f"{path}: {answer.status}")


def _check_order(path: str, text: str, numbers: Sequence[str]) -> None:
    at = 0
    for number in numbers:
        at = text.find(number, at)
        if at < 0:
            raise UnexpectedAnswer(f"{path}: {number} is missing, or not in its place")
