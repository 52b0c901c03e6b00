"""What every group of commands has in common: it speaks English, whatever languages the pages are in."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask.cli import AppGroup
from flask_babel import force_locale

Given = ParamSpec("Given")
Result = TypeVar("Result")

LANGUAGE = "en"


class CommandGroup(AppGroup):
    """Runs its commands inside the application, their sentences in the language of `--help`."""

    def command(  # type: ignore[override]  # as Flask's own, it is never used without parentheses
        self, name: str | None = None, **options: object
    ) -> Callable[[Callable[..., object]], click.Command]:
        """Register a command; `options` are those of `click.Group.command`."""
        register = super().command(name, **options)
        return lambda function: register(_in_english(function))


def _in_english(function: Callable[Given, Result]) -> Callable[Given, Result]:
    @wraps(function)
    def speaking(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with force_locale(LANGUAGE):
            return function(*args, **kwargs)

    return speaking
