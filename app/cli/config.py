"""`flask config`: print the page of settings, or say whether this deployment's are usable."""

import click
from pydantic.fields import FieldInfo

from app.cli.groups import CommandGroup
from config import Settings, load_settings, secret_names

GROUPS = {
    "database": "Database",
    "storage": "Storage",
    "mail": "Mail",
    "jobs": "Jobs",
    "oidc": "Sign-in through providers",
    "twikey": "Direct debit",
    "peppol": "PEPPOL",
}
INTRODUCTION = """# Settings

Each is a variable of the environment; `config.py` is the only module that reads them. A secret may
also come as a file: `NAME_FILE` names one that holds the value. `flask config check` says what is
wrong with the present ones. This page is made by `make docs`.
"""
TABLE_HEAD = "| name | meaning | unit | default |\n|---|---|---|---|"

config = CommandGroup("config", help="The settings of this deployment.")


@config.command("docs")
def docs() -> None:
    """Print docs/settings.md."""
    click.echo(settings_page(), nl=False)


@config.command("check")
def check() -> None:
    """Say whether the settings are usable; every problem is listed before the application starts."""
    settings = load_settings()
    click.echo(f"The settings are usable ({settings.app_env}, {settings.public_url}).")


def settings_page() -> str:
    """Return the page in Markdown, one table for each group of settings."""
    tables: dict[str, list[str]] = {}
    for name, field in Settings.model_fields.items():
        group = GROUPS.get(name.partition("_")[0], "General")
        tables.setdefault(group, []).append(_row(name, field))
    parts = [f"\n## {group}\n\n{TABLE_HEAD}\n" + "\n".join(rows) for group, rows in tables.items()]
    return INTRODUCTION + "\n".join(parts) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    hint = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    default = hint.get("default") or _plain(field.default)
    key = " (secret)" if name in secret_names() else ""
    return f"| `{name.upper()}`{key} | {field.description} | {hint.get('unit', '')} | {default} |"


def _plain(default: object) -> str:
    """Return how a default is written in the environment; an empty one needs a value to have effect."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if isinstance(default, str | int) and default != "" else "none"
