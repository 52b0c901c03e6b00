"""Fields that only forms of the back-office have."""

import re
from typing import Any

from wtforms import TextAreaField

_SEPARATORS = re.compile(r"[\s,;]+")


class EmailLines(TextAreaField):
    """Several e-mail addresses, one a line or apart by commas; `emails` are those typed."""

    def __init__(self, label: Any = None, validators: Any = None, **settings: Any) -> None:
        super().__init__(label, validators, **settings)
        self.type = "TextAreaField"

    def process_data(self, value: Any) -> None:
        self.data = "\n".join(str(one) for one in value or ())

    @property
    def emails(self) -> tuple[str, ...]:
        return tuple(one for one in _SEPARATORS.split(self.data or "") if one)
