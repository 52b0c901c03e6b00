"""The subject of each kind of mail; `%(name)s` are facts of the mail."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.mail import MailKind

SUBJECTS: Mapping[MailKind, LazyString] = MappingProxyType(
    {
        MailKind.RESET_PASSWORD: _("Choose a new password"),
        MailKind.FIRST_PASSWORD: _("Choose your password"),
        MailKind.PASSWORD_CHANGED: _("Your password was changed"),
        MailKind.CONFIRM_EMAIL: _("Confirm your e-mail address"),
        MailKind.EMAIL_CHANGED: _("Your e-mail address was changed"),
        MailKind.INVITATION: _("You are invited to %(company)s"),
        MailKind.ADMINISTRATOR_ADDED: _("A new administrator at %(company)s"),
        MailKind.ADMINISTRATOR_CHANGED: _("Change concerning an administrator at %(company)s"),
        MailKind.CHANGE_REQUESTED: _("%(company)s asks for a change"),
        MailKind.CHANGE_ACCEPTED: _("The change for %(company)s was made"),
        MailKind.CHANGE_REFUSED: _("The change for %(company)s was refused"),
        MailKind.NEW_DEVICE: _("Sign-in from a new device"),
        MailKind.SECOND_STEP_ENABLED: _("The second step of your sign-in is on"),
        MailKind.SECOND_STEP_DISABLED: _("The second step of your sign-in is off"),
        MailKind.RECOVERY_CODES_MADE: _("You have new recovery codes"),
        MailKind.RECOVERY_CODE_USED: _("One of your recovery codes was used"),
        MailKind.IDENTITY_LINKED: _("You can now sign in with %(provider)s"),
        MailKind.IDENTITY_UNLINKED: _("You can no longer sign in with %(provider)s"),
        MailKind.EXPORT_READY: _("Your file is ready: %(file)s"),
        MailKind.EXPORT_FAILED: _("Your file could not be made: %(file)s"),
        MailKind.TEST: _("Test of the mail settings"),
    }
)
