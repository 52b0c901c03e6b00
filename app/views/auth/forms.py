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


class ForgotForm(FlaskForm):
    """Whoever forgot the password confirms the address."""

    email = EmailField(
        _("E-mail address"), validators=[DataRequired(_("Enter your e-mail address."))]
    )


class NewPasswordForm(FlaskForm):
    """`email` is shown, for people and for what keeps their passwords; what is posted for it counts for nothing."""

    is_first = False

    email = EmailField(_("E-mail address"))
    password = PasswordField(_("New password"), validators=[DataRequired(_("Enter a password."))])
