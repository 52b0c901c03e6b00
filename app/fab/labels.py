"""The words for the members of each enum, said once and used by lists, forms and filters alike."""

from collections.abc import Mapping
from enum import Enum

from flask_babel.speaklater import LazyString

_LABELS: dict[type[Enum], Mapping[Enum, LazyString]] = {}


def label_enum(kind: type[Enum], labels: Mapping[Enum, LazyString]) -> None:
    """Give an enum its words.

    Raises:
        ValueError: a member has none.
    """
    missing = [member.name for member in kind if member not in labels]
    if missing:
        raise ValueError(f"{kind.__name__} has no words for {', '.join(missing)}")
    _LABELS[kind] = labels


def label_of(member: Enum) -> str:
    """The member in the reader's language, else its name made readable."""
    label = _LABELS.get(type(member), {}).get(member)
    return member.name.replace("_", " ").capitalize() if label is None else str(label)
