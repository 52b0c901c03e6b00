"""The page on OWASP ASVS 5 says what the tests and the program say: no line is missing, no test is made up."""

import ast
import math
import re
from datetime import timedelta
from functools import cache

from tests.architecture.sources import ROOT, sources

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ASKED = {
    "6": [(1, 3), (2, 12), (3, 4), (4, 4), (5, 5), (6, 3), (8, 4)],
    "7": [(1, 3), (2, 4), (3, 2), (4, 5), (5, 2), (6, 2)],
    "8": [(1, 2), (2, 3), (3, 1), (4, 1)],
}
"""Of each chapter: section, and how many of its requirements are of level 1 or 2; those come first in each."""
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
TOGETHER = {
    "an account from one network": "ACCOUNT_AND_NETWORK",
    "an account from anywhere": "ACCOUNT",
    "a network": "NETWORK",
    "a site": "SITE",
    "everybody": "EVERYBODY",
}
DOOR = "app/views/auth/entrance.py"
MAY_DRAW_LOTS = {"app/queue/backoff.py"}


def lines():
    """Number, level and answer of each line of the three tables."""
    return re.findall(r"^\| (\d\.\d+\.\d+) \| ([12]) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)


@cache
def names_in(path):
    """The functions of a file, those of classes too."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_there(path, name):
    return (ROOT / path).is_file() and name in names_in(path)


def test_no_requirement_is_left_out():
    wanted = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in ASKED.items()
        for section, count in sections
        for number in range(1, count + 1)
    ]

    assert [number for number, _level, _answer in lines()] == wanted


def test_each_line_names_tests_a_reason_or_that_it_is_open():
    vague = [
        number
        for number, _level, answer in lines()
        if not TEST.search(answer)
        and not answer.startswith("not applicable: ")
        and "**open**" not in answer
        and not answer.startswith("[")
    ]

    assert vague == []


def test_each_test_that_is_named_exists():
    missing = [f"{path}::{name}" for path, name in TEST.findall(PAGE) if not is_there(path, name)]

    assert missing == []


def test_each_section_that_is_named_exists():
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= anchors


def test_limits_are_those_of_the_program():
    from app.services.throttle_rules import RULES

    written = [
        (what, TOGETHER[together], int(most), timedelta(minutes=int(minutes)))
        for what, together, most, minutes in re.findall(
            r"^\| `([A-Z_]+)` \| ([a-z ]+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE
        )
    ]

    assert written == [
        (throttled.value, rule.together.value, rule.most, rule.window)
        for throttled, rules in RULES.items()
        for rule in rules
    ]


def test_times_of_sessions_are_those_of_the_program():
    from app.security.fresh import FRESH_FOR
    from app.services.sessions import IDLE, LONGEST

    assert f"| unused | {IDLE // timedelta(hours=1)} hours |" in PAGE
    assert f"| altogether | {LONGEST // timedelta(days=1)} days |" in PAGE
    assert timedelta(minutes=10) == FRESH_FOR


def test_every_way_in_ends_at_one_door():
    """Whoever else started a session would have to ask for the second step as well, and would forget it."""
    starting = {
        source.path
        for source in sources("app/views", "app/fab", "app/jobs", "app/cli")
        if source.imported()
        & {"app.security.sessions.sign_in", "app.services.sessions.start_session"}
    }
    letting_in = {source.path for source in sources("app") if "let_in" in set(source.calls())}

    assert starting == {DOOR}
    assert letting_in == {DOOR, "app/views/auth/second_step.py"}


def test_nothing_but_the_pauses_of_the_queue_is_left_to_chance():
    drawing = {source.path for source in sources("app") if "random" in source.imported()}

    assert drawing == MAY_DRAW_LOTS


def test_recovery_codes_and_links_are_long_enough():
    from app.services import tokens
    from app.services.recovery_codes import ALPHABET, LENGTH

    assert LENGTH * math.log2(len(set(ALPHABET))) >= 40
    assert len(tokens._secret(tokens.TokenPurpose.RESET_PASSWORD, "nonce", "key")) == 43


def test_a_session_has_256_random_bits():
    (start,) = [
        node
        for source in sources("app/services")
        if source.path == "app/services/sessions.py"
        for node in source.functions()
        if node.name == "start_session"
    ]

    assert "token = secrets.token_urlsafe(32)" in ast.unparse(start)


def test_an_identity_is_of_one_provider():
    from app.models import ExternalIdentity

    unique = [
        {column.name for column in constraint.columns}
        for constraint in ExternalIdentity.__table__.constraints
        if type(constraint).__name__ == "UniqueConstraint"
    ]

    assert {"issuer", "subject"} in unique
