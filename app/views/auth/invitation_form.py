"""What somebody new says about themself when they accept an invitation."""

from typing import Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from app.domain.person_names import required_name
from app.services.invitation_acceptance import NewPerson
from app.views.locale import chosen_locale, offered_languages
from app.views.portal.fields import Rule


class NewPersonForm(FlaskForm):
    """`email` is shown, for people and for what keeps their passwords; what is posted for it counts for nothing."""

    email = EmailField(_("E-mail address"))
    first_name = StringField(
        _("First name"), [Rule(lambda typed: required_name(typed, field=""), required=True)]
    )
    last_name = StringField(
        _("Last name"), [Rule(lambda typed: required_name(typed, field=""), required=True)]
    )
    language = SelectField(
        _("Language"), choices=[], validators=[InputRequired(_("Choose one of these."))]
    )
    password = PasswordField(_("Password"), validators=[DataRequired(_("Enter a password."))])

    @classmethod
    def of(cls, email: str) -> Self:
        """The form of somebody who reads this page: its language is the one they begin with."""
        form = cls(language=chosen_locale())
        form.email.data = email
        form.language.choices = list(offered_languages().items())
        return form

    def person(self) -> NewPerson:
        return NewPerson(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            language=self.language.data,
            password=self.password.data or "",
        )
