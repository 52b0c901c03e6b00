"""The two rounds of `make test`: which database, what repeats on PostgreSQL, one summary of both."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--results", type=Path, help="file that carries the result of each round")


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--db')}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has no meaning on SQLite, and what cannot behave differently on PostgreSQL."""
    belongs = _belongs_to_sqlite if config.getoption("--db") == "sqlite" else _repeats_on_postgresql
    config.hook.pytest_deselected(items=[item for item in items if not belongs(item)])
    items[:] = [item for item in items if belongs(item)]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    path: Path | None = config.getoption("--results")
    if path is None:
        return
    kinds = ("passed", "failed", "error", "skipped", "xfailed")
    counts = {kind: len(terminalreporter.stats.get(kind, ())) for kind in kinds}
    result = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{config.getoption('--db'):<12}{result or 'no tests'}\n")
    terminalreporter.section("rounds")
    terminalreporter.write(path.read_text(encoding="utf-8"))


def _belongs_to_sqlite(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgresql") is None


def _repeats_on_postgresql(item: pytest.Item) -> bool:
    if item.get_closest_marker("browser"):
        return item.get_closest_marker("every_database") is not None
    return "new_database" in getattr(item, "fixturenames", ())
