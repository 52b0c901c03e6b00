"""Forms of somebody's own account."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired


class NameForm(FlaskForm):
    """What a person is called, here and in mails to others."""

    first_name = StringField(
        _("First name"), validators=[DataRequired(_("Enter your first name."))]
    )
    last_name = StringField(_("Last name"), validators=[DataRequired(_("Enter your last name."))])


class NewEmailForm(FlaskForm):
    """Another address; it becomes the user name once it is confirmed."""

    email = EmailField(
        _("New e-mail address"), validators=[DataRequired(_("Enter your new e-mail address."))]
    )


class FirstOwnPasswordForm(FlaskForm):
    """For somebody who signs in through a provider only."""

    password = PasswordField(
        _("New password"), validators=[DataRequired(_("Enter a new password."))]
    )


class OwnPasswordForm(FlaskForm):
    """The current one proves who it is: a browser that was left open is not enough."""

    current_password = PasswordField(
        _("Current password"), validators=[DataRequired(_("Enter your current password."))]
    )
    password = PasswordField(
        _("New password"), validators=[DataRequired(_("Enter a new password."))]
    )
