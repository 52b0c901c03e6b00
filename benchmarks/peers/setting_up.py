"""Gives the peers their own schemas and accounts in a filled database."""

import subprocess
import sys

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from benchmarks.database import Filled
from benchmarks.peers.accounts import DJANGO_SCHEMA, FAB_SCHEMA, URL_VARIABLE
from config import ROOT

FAB_APPLICATION = "benchmarks.peers.plain_fab:create_app()"
DJANGO_APPLICATION = "benchmarks.peers.django_admin.wsgi:application"
_FAB_ACCOUNT = (
    "import sys; from benchmarks.peers.plain_fab import create_account; "
    "create_account(*sys.argv[1:])"
)


def peer_environment(database: Filled, schema: str, variables: dict[str, str]) -> dict[str, str]:
    """The settings of a peer: the role that sees all rows, its own tables before ours."""
    return variables | {URL_VARIABLE: _url(database, f"{schema},public")}


def set_up_fab(database: Filled, variables: dict[str, str]) -> dict[str, str]:
    """Returns its environment; in a process of its own, because its models are not ours."""
    _new_schema(database, FAB_SCHEMA)
    ours = peer_environment(database, FAB_SCHEMA, variables)
    own_url = _url(database, FAB_SCHEMA)
    _run([sys.executable, "-c", _FAB_ACCOUNT, own_url, ours[URL_VARIABLE]], variables)
    return ours


def set_up_django(database: Filled, variables: dict[str, str]) -> dict[str, str]:
    """Returns its environment."""
    _new_schema(database, DJANGO_SCHEMA)
    ours = peer_environment(database, DJANGO_SCHEMA, variables)
    _run([sys.executable, "-m", "benchmarks.peers.django_admin.wsgi"], ours)
    return ours


def _new_schema(database: Filled, schema: str) -> None:
    role = make_url(database.addresses.system).username or ""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(
                sql.Identifier(schema), sql.Identifier(role)
            )
        )


def _url(database: Filled, search_path: str) -> str:
    options = {"options": f"-c search_path={search_path}"}
    url = make_url(database.addresses.system).update_query_dict(options)
    return url.render_as_string(hide_password=False)


def _run(command: list[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"a peer could not be set up: {done.stderr[-2000:]}")
