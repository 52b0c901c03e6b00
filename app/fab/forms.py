"""Forms made from the columns of a table, with native inputs and translated choices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.fab.fields import EnumField, RelationChoices, RelationField
from app.fab.interface import TenantInterface

_ = lazy_gettext
_LARGEST_INTEGER = 2**31 - 1
_NOT_COLUMNS = frozenset({"seen", "csrf_token"})


class TenantForm(FlaskForm):
    """`seen` carries the version of the row that the person looked at when they began to type."""

    seen = HiddenField()

    def populate_obj(self, obj: object) -> None:
        for name, one in self._fields.items():
            if name not in _NOT_COLUMNS:
                one.populate_obj(obj, name)


@dataclass(frozen=True)
class FormColumns:
    """Which columns a form has, in order, and what is said and checked beside what the table says."""

    names: Sequence[str]
    labels: Mapping[str, Any]
    descriptions: Mapping[str, Any] = field(default_factory=dict)
    validators: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    choices: Callable[[str], RelationChoices] | None = None


def form_class(datamodel: TenantInterface, columns: FormColumns) -> type[TenantForm]:
    """The form for some columns of a table.

    Raises:
        TypeError: a column of a kind no field edits (a to-many relation, a blob).
    """
    fields = {
        name: columns.extra[name] if name in columns.extra else _field(datamodel, columns, name)
        for name in columns.names
    }
    return type(f"{datamodel.model_name}Form", (TenantForm,), fields)


def _field(datamodel: TenantInterface, columns: FormColumns, name: str) -> Any:
    settings: dict[str, Any] = {
        "label": columns.labels.get(name, ""),
        "description": columns.descriptions.get(name, ""),
        "validators": [*_rules(datamodel, name), *columns.validators.get(name, ())],
    }
    if datamodel.is_relation(name):
        if not datamodel.is_relation_many_to_one(name) or columns.choices is None:
            raise TypeError(f"{datamodel.model_name}.{name} is not a relation that a form can set.")
        return RelationField(choices=columns.choices(name), **settings)
    settings["default"] = datamodel.get_col_default(name)
    if datamodel.is_enum(name):
        return EnumField(kind=datamodel.column_type(name).enum_class, **settings)
    for test, kind in _FIELDS.items():
        if getattr(datamodel, test)(name):
            return kind(**settings, **_extras(datamodel, kind, name))
    raise TypeError(f"{datamodel.model_name}.{name} is of a kind that no field edits.")


# The first test that holds decides: Text is a String, and so is an enum.
_FIELDS: Mapping[str, type[Field]] = MappingProxyType(
    {
        "is_text": TextAreaField,
        "is_string": StringField,
        "is_boolean": BooleanField,
        "is_integer": IntegerField,
        "is_numeric": DecimalField,
        "is_date": DateField,
    }
)


def _rules(datamodel: TenantInterface, name: str) -> list[Any]:
    """What the table itself demands. A unique value is checked by the database, when saving."""
    rules: list[Any] = []
    if datamodel.is_plain(name) and datamodel.is_boolean(name):
        return rules
    rules.append(Optional() if datamodel.is_nullable(name) else _required(datamodel, name))
    longest = datamodel.get_max_length(name) if datamodel.is_plain(name) else -1
    if longest > 0:
        rules.append(Length(max=longest))
    if datamodel.is_plain(name) and datamodel.is_integer(name):
        rules.append(NumberRange(min=-_LARGEST_INTEGER, max=_LARGEST_INTEGER))
    return rules


def _required(datamodel: TenantInterface, name: str) -> InputRequired:
    chosen = datamodel.is_relation(name) or datamodel.is_enum(name)
    return InputRequired(
        _("Choose one of the values in the list.") if chosen else _("Fill in this field.")
    )


def _extras(datamodel: TenantInterface, kind: type[Field], name: str) -> dict[str, Any]:
    if not issubclass(kind, StringField):
        return {}
    return {"filters": [_trimmed_or_none if datamodel.is_nullable(name) else _trimmed]}


def _trimmed(value: str | None) -> str | None:
    return value.strip().replace("\x00", "") if value else value


def _trimmed_or_none(value: str | None) -> str | None:
    return _trimmed(value) or None
