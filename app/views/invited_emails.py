"""The field that takes the e-mail addresses of the people to invite."""

from typing import Any

from flask_babel import gettext
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from app.domain.errors import DomainError
from app.fab.messages import message_for
from app.services.invitation_emails import addresses_in


class InvitedEmails(TextAreaField):
    """One or many; `emails` are those typed, each once. Each that is wrong is named, to be found among many."""

    emails: tuple[str, ...] = ()

    def __init__(self, label: Any = None, validators: Any = None, **settings: Any) -> None:
        super().__init__(label, validators, **settings)
        self.type = "TextAreaField"
        self.flags.required = True

    def pre_validate(self, form: Any) -> None:
        try:
            typed = addresses_in(self.data)
        except DomainError as error:
            raise ValidationError(message_for(error)) from error
        wrong = [
            gettext("“%(email)s” is not an e-mail address. Example: name@company.be", email=one)
            for one in typed.wrong
        ]
        if wrong:
            self.errors = wrong[:-1]  # the last one follows as the refusal itself
            raise ValidationError(wrong[-1])
        self.emails = typed.right
