"""Form fields that WTForms and FAB lack: a choice among enum members, a choice among related rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import Select
from wtforms.fields.choices import Choice, SelectFieldBase  # type: ignore[attr-defined]
from wtforms.validators import ValidationError
from wtforms.widgets import Select as SelectWidget

from app.fab.cells import NOTHING
from app.fab.interface import TenantInterface
from app.fab.labels import label_of

OPTION_LIMIT = 50
LONGEST_SEARCH = 100


class EnumField(SelectFieldBase):
    """Offers the members of an enum under their translated names; the data is the member."""

    widget = SelectWidget()
    kind: type[Enum]

    def __init__(
        self,
        label: Any = None,
        validators: list[Any] | None = None,
        *,
        kind: type[Enum],
        **settings: Any,
    ) -> None:
        super().__init__(label, validators, **settings)
        self.kind = kind
        self.type = "SelectField"

    def iter_choices(self) -> Iterator[Choice]:
        # Nothing chosen yet is a state of its own: no member may be saved by oversight.
        if self.data is None or not self.flags.required:
            yield Choice("", NOTHING, self.data is None, {})
        for member in self.kind:
            yield Choice(member.name, label_of(member), member is self.data, {})

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        try:
            self.data = self.kind[valuelist[0]] if valuelist[0] else None
        except KeyError:
            self.data = None
            raise ValueError(gettext("Choose one of the values in the list.")) from None


@dataclass(frozen=True)
class RelationChoices:
    """Where the rows come from that a relation may point at; the scope of the session limits them."""

    interface: TenantInterface
    search: Sequence[str] = ()
    narrow: Callable[[Select[Any]], Select[Any]] | None = None

    def matching(self, text: str) -> tuple[list[Any], bool]:
        return self.interface.options(
            text[:LONGEST_SEARCH].replace("\x00", ""),
            limit=OPTION_LIMIT,
            search=self.search,
            narrow=self.narrow,
        )

    def row(self, key: str) -> Any:
        """The row that may be chosen under this key, else None."""
        return self.interface.option(key, narrow=self.narrow)


class RelationField(SelectFieldBase):
    """A choice among the rows of another table, never the whole table.

    Few rows are a plain list. With more, the list holds the first ones that match a search,
    which works as a button without a script and as a look-up with one.
    """

    widget = SelectWidget()

    def __init__(
        self,
        label: Any = None,
        validators: list[Any] | None = None,
        *,
        choices: RelationChoices,
        **settings: Any,
    ) -> None:
        super().__init__(label, validators, **settings)
        self.choices = choices
        self.type = "SelectField"
        self._unknown = False
        self._found: tuple[list[Any], bool] | None = None

    @property
    def search_name(self) -> str:
        return f"{self.name}-search"

    @property
    def search_text(self) -> str:
        return request.form.get(self.search_name, "").strip()

    @property
    def needs_search(self) -> bool:
        """Whether the list does not hold everything, or has been searched."""
        return bool(self.search_text) or self._matching()[1]

    def iter_choices(self) -> Iterator[Choice]:
        if self.data is None or not self.flags.required:
            yield Choice("", NOTHING, self.data is None, {})
        rows, _more = self._matching()
        if self.data is not None and self.data not in rows:
            yield self._choice(self.data)
        for row in rows:
            yield self._choice(row)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = self.choices.row(valuelist[0]) if valuelist[0] else None
            self._unknown = bool(valuelist[0]) and self.data is None

    def pre_validate(self, form: Any) -> None:
        if self._unknown:
            raise ValidationError(gettext("Choose one of the values in the list."))

    def _choice(self, row: object) -> Choice:
        return Choice(self.choices.interface.key_of(row), str(row), row is self.data, {})

    def _matching(self) -> tuple[list[Any], bool]:
        if self._found is None:
            self._found = self.choices.matching(self.search_text)
        return self._found
