"""Forms of people who sign in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired


class SignInForm(FlaskForm):
    """The e-mail address is the user name."""

    email = EmailField(
        _("E-mail address"), validators=[DataRequired(_("Enter your e-mail address."))]
    )
    password = PasswordField(_("Password"), validators=[DataRequired(_("Enter your password."))])
    next = HiddenField()
