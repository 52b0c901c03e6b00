"""Who reads the environment, commits, queries, crosses companies or translates: what the layers cannot say."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, called_in, sources

MAY_CROSS_COMPANIES = (
    "app/cli/",
    "app/jobs/",
    "app/security/cross_company.py",  # where it is defined
    "app/views/backoffice/imports",
    "app/views/webhooks",
    "app/views/auth/",  # acceptance of a token
)
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "dotenv"}
SOCKETS = {
    "aiohttp",
    "boto3",
    "dns",
    "flask_mail",
    "ftplib",
    "http.client",
    "httpx",
    "obstore",
    "requests",
    "smtplib",
    "socket",
    "urllib.request",
    "urllib3",
}
TRANSLATION = {"gettext", "lazy_gettext", "ngettext", "pgettext", "lazy_ngettext", "lazy_pgettext"}
QUERIES = {"select", "text", "execute", "scalar", "scalars", "query"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMMIT_ONCE = ("app/views/", "app/fab/", "app/security/")
COMMIT_BY_STEPS = ("app/cli/", "app/jobs/")  # chunks of an import; before and after a call outside


def reads_the_environment(source: Source) -> bool:
    dotted_use = any(f"os.{name}" in source.text for name in ("environ", "getenv"))
    return dotted_use or bool(ENVIRONMENT & source.imported())


def opens_a_socket(source: Source) -> bool:
    return any(name in SOCKETS or name.split(".")[0] in SOCKETS for name in source.imported())


def knows_the_application(source: Source) -> bool:
    return any(name == "app" or name.startswith("app.") for name in source.imported())


def translates(source: Source) -> bool:
    return any(name.rpartition(".")[2] in TRANSLATION for name in source.imported())


def crosses_companies(source: Source) -> bool:
    return any(name.rpartition(".")[2] == "cross_company" for name in source.calls())


def queries(source: Source) -> Iterator[str]:
    for name in source.calls():
        owner, _, verb = name.rpartition(".")
        if verb in QUERIES and (not owner or "session" in owner or owner in {"db", "sa"}):
            yield f"{source.path}: {name}()"


def commits_too_often(source: Source) -> Iterator[str]:
    """A view's method commits once on any way through it; nothing below the views commits at all."""
    if source.path.startswith(COMMIT_BY_STEPS):
        return
    allowed = 1 if source.path.startswith(COMMIT_ONCE) else 0
    for function in source.functions():
        commits = most_commits(function.body)[1]
        if commits > allowed:
            yield f"{source.path}:{function.lineno} {function.name} commits {commits} times"


def most_commits(statements: list[ast.stmt], before: int = 0) -> tuple[int | None, int]:
    """Return the commits of the longest way through, None when none goes on, and of the longest at all."""
    current, longest = before, before
    for statement in statements:
        branches = _branches(statement)
        if not branches and not isinstance(statement, DEFINITIONS):
            current += sum(name.endswith("session.commit") for name in called_in(statement))
        longest = max(longest, current)
        if isinstance(statement, ast.Return | ast.Raise):
            return None, longest
        ends = [most_commits(branch, current) for branch in branches]
        longest = max([longest, *(end[1] for end in ends)])
        going_on = [end[0] for end in ends if end[0] is not None]
        if branches and not going_on:
            return None, longest
        current = max(going_on, default=current)
    return current, longest


def _branches(statement: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(statement, ast.If):
        return [statement.body, statement.orelse]
    if isinstance(statement, ast.Try):
        handlers = [handler.body + statement.finalbody for handler in statement.handlers]
        return [statement.body + statement.orelse + statement.finalbody, *handlers]
    if isinstance(statement, ast.With | ast.For | ast.While):
        return [statement.body]
    return []


def test_only_config_reads_the_environment():
    assert [
        one.path for one in sources("app", "settings", "simulators") if reads_the_environment(one)
    ] == []


def test_only_integrations_open_a_socket():
    elsewhere = [one for one in sources("app") if not one.path.startswith("app/integrations/")]

    assert [one.path for one in elsewhere if opens_a_socket(one)] == []


def test_simulators_do_not_know_the_application():
    assert [one.path for one in sources("simulators") if knows_the_application(one)] == []


def test_domain_and_services_do_not_translate():
    below = sources("app/domain", "app/services", "app/models", "app/documents", "app/queue")

    assert [one.path for one in below if translates(one)] == []


def test_only_named_places_cross_companies():
    crossing = [one.path for one in sources("app") if crosses_companies(one)]

    assert [path for path in crossing if not path.startswith(MAY_CROSS_COMPANIES)] == []


def test_views_write_no_queries():
    assert [finding for one in sources("app/views") for finding in queries(one)] == []


def test_a_view_commits_once_and_nothing_below_commits():
    assert [finding for one in sources("app") for finding in commits_too_often(one)] == []


def test_a_breach_of_each_rule_is_noticed():
    twice = "def save():\n    db.session.commit()\n    if late:\n        db.session().commit()\n"
    refused = (
        "def save():\n    try:\n        act()\n    except DomainError:\n"
        "        db.session.commit()\n        return refuse()\n    db.session.commit()\n"
    )
    once = "def save(session):\n    session.commit()\n"

    assert reads_the_environment(Source("app/a.py", "import os\nx = os.environ['A']"))
    assert reads_the_environment(Source("app/a.py", "from os import environ"))
    assert opens_a_socket(Source("app/services/a.py", "from dns.resolver import Resolver"))
    assert opens_a_socket(Source("app/services/a.py", "import urllib.request"))
    assert not opens_a_socket(Source("app/services/a.py", "from urllib.parse import quote"))
    assert knows_the_application(Source("simulators/a.py", "from app.domain import money"))
    assert translates(Source("app/services/a.py", "from flask_babel import gettext as _"))
    assert crosses_companies(Source("app/services/a.py", "with cross_company('x') as s: pass"))
    assert list(queries(Source("app/views/a.py", "db.session().execute(statement)")))
    assert list(queries(Source("app/views/a.py", "select(Invoice)")))
    assert list(commits_too_often(Source("app/views/a.py", twice)))
    assert not list(commits_too_often(Source("app/views/a.py", once)))
    assert not list(commits_too_often(Source("app/views/a.py", refused)))
    assert list(commits_too_often(Source("app/views/a.py", refused.replace("return ", ""))))
    assert list(commits_too_often(Source("app/services/a.py", once)))
