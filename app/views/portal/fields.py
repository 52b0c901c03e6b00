"""Fields that several forms of a company share: rules said by the domain, countries, languages."""

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from flask_babel import get_locale
from wtforms import Field, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from app.domain.errors import DomainError
from app.domain.typed_text import checked_line, required_line
from app.fab.messages import message_for

_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_FIRST: Final = ("BE", "FR", "NL", "LU", "DE")


class Rule:
    """A check of the domain as a validator; what it refuses is said beside the field."""

    def __init__(self, check: Callable[[Any], object], *, required: bool = False) -> None:
        self._check = check
        self.field_flags = {"required": True} if required else {}

    def __call__(self, _form: object, field: Field) -> None:
        try:
            self._check(field.data)
        except DomainError as error:
            raise ValidationError(message_for(error)) from error


def line(label: Any, longest: int, *, required: bool = False, **settings: Any) -> StringField:
    """A field of one line with at most `longest` characters."""
    check = required_line if required else checked_line
    rule = Rule(lambda text: check(text, field="", longest=longest), required=required)
    return StringField(label, validators=[rule], **settings)


class CountryField(SelectField):
    """Every country in the reader's language; Belgium and its neighbours first."""

    def __init__(self, label: Any = None, **settings: Any) -> None:
        super().__init__(label, choices=countries, validators=[InputRequired()], **settings)

    def process_data(self, value: Any) -> None:
        """A stored code that no list has stays possible to choose."""
        super().process_data(value)
        known = countries()
        if value and value not in {code for code, _name in known}:
            self.choices = [*known, (value, value)]


def countries() -> list[tuple[str, str]]:
    """Codes and names."""
    locale = get_locale()
    names = {
        code: name
        for code, name in (locale.territories if locale else {"BE": "Belgium"}).items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    first = [(code, names[code]) for code in _FIRST if code in names]
    rest = sorted(names.items(), key=lambda item: _sorting(item[1]))
    return first + [(code, name) for code, name in rest if code not in _FIRST]


def country_name(code: str) -> str:
    """The country in the reader's language; the code where it has no name."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def _sorting(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
