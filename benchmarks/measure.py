"""Times the contestants by turns, in one run; counts the statements behind each of the product's pages."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from benchmarks.checking import check_status, checked
from benchmarks.client import Client
from benchmarks.contestants import PRODUCT, Contestant
from benchmarks.pages import Page
from benchmarks.timing import Timing

WARM_UP = 20
COUNTED = 20
_TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "SHOW")
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(slots=True)
class Measured:
    """One page by contestant; `statements` and `commands` (of transactions, and pings) are for each request."""

    page: Page
    timings: dict[str, Timing] = field(default_factory=dict)
    kilobytes: dict[str, float] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    commands: int = 0

    def times(self, other: str, *, of: str = PRODUCT) -> float:
        return self.timings[of].times(self.timings[other])


class Bench:
    """All contestants, with somebody signed in at each for every page. `pages` are the product's."""

    def __init__(self, contestants: Sequence[Contestant], pages: Sequence[Page]) -> None:
        self._contestants = contestants
        self._clients: dict[tuple[str, str], Client] = {}
        for contestant in contestants:
            for who in dict.fromkeys(page.who for page in pages):
                client = self._clients[contestant.name, who] = Client(contestant.server.port)
                contestant.enter(client, who)
        self.measured = [self._checked(page) for page in pages]

    def time(
        self, *, rounds: int, burst: int, say: Callable[[int], None] = lambda _round: None
    ) -> None:
        """A few requests to each contestant, page after page, round after round.

        What disturbs the machine for a while then disturbs all; and each answers warm, as when it is busy.
        """
        for one in self.measured:
            self._take_turns(one, WARM_UP)
        for number in range(rounds):
            gc.collect()
            gc.disable()
            for one in self.measured:
                for name, seconds in self._take_turns(one, burst).items():
                    one.timings.setdefault(name, Timing()).rounds.append(seconds)
            gc.enable()
            say(number + 1)

    def count(self, measured: Measured, name: str, superuser: Connection) -> str:
        """Set what reached the database of a product for one request; return the statements, for the curious."""
        contestant = next(one for one in self._contestants if one.name == name)
        page = contestant.pages[measured.page.key]
        client, path = self._clients[name, page.who], page.paths[PRODUCT]
        superuser.execute("SELECT pg_stat_statements_reset()")
        for _request in range(COUNTED):
            check_status(path, client.get(path))
        counted = count_statements(superuser, requests=COUNTED)
        measured.statements[name] = counted.statements
        if name == PRODUCT:
            measured.commands = counted.commands
        return counted.text

    def _checked(self, page: Page) -> Measured:
        """Ask all of them once, and see that they show what they should."""
        measured = Measured(page)
        for contestant, client, path in self._having(page.key):
            own = contestant.pages[page.key]
            answer = checked(contestant, own, client.get(path))
            measured.kilobytes[contestant.name] = len(answer.body) / 1024
        return measured

    def _take_turns(self, one: Measured, count: int) -> Mapping[str, list[float]]:
        return {
            contestant.name: _burst(client, path, count)
            for contestant, client, path in self._having(one.page.key)
        }

    def _having(self, key: str) -> list[tuple[Contestant, Client, str]]:
        """The contestants that have the page, each with its client and its address."""
        found = []
        for contestant in self._contestants:
            path = contestant.path(key)
            if path is not None:
                who = contestant.pages[key].who
                found.append((contestant, self._clients[contestant.name, who], path))
        return found


@dataclass(frozen=True, slots=True)
class Counted:
    """What one request asks of the database; `text` lists it."""

    statements: int
    commands: int
    text: str


def count_statements(superuser: Connection, *, requests: int) -> Counted:
    """What the product's roles have asked of this database since the last reset, for each of so many requests."""
    rows = superuser.execute(
        "SELECT s.query, s.calls, s.mean_exec_time FROM pg_stat_statements s "
        "JOIN pg_roles r ON r.oid = s.userid "
        "WHERE r.rolname IN ('clientele_rt', 'clientele_audit') "
        "AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).fetchall()
    statements = commands = 0
    lines = []
    for query, calls, mean_ms in rows:
        each = round(int(str(calls)) / requests)
        if _is_command(str(query)):
            commands += each
        else:
            statements += each
        lines.append(f"{each} x {float(str(mean_ms)):.3f} ms  {' '.join(str(query).split())}")
    return Counted(statements, commands, "\n".join(lines))


def _is_command(query: str) -> bool:
    return query.upper().startswith(_TRANSACTIONS) or query in {"SELECT $1", ";"}


def _burst(client: Client, path: str, count: int) -> list[float]:
    """The first request wakes the other process up; it is not counted."""
    answers = [client.get(path) for _request in range(count + 1)]
    for answer in answers:
        check_status(path, answer)
    return [answer.seconds for answer in answers[1:]]
