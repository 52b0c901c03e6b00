"""Mail over SMTP, by Flask-Mail: with certificates checked, time limits, and answers turned into ours."""

import smtplib
import ssl
from types import TracebackType
from typing import Any

import flask_mail
from flask import Flask

from app.domain.mail import MailMessage
from app.domain.ports import MailDelayed, MailRefused
from app.integrations.mail.messages import build_message

TIMEOUT_S = 30
"""For each answer of the server; RFC 5321, 4.5.3.2 would let a server think for minutes."""
_PERMANENT = range(500, 600)


class SmtpMailer:
    """A Mailer (app.domain.ports) that hands each mail to the server of MAIL_URL, on a connection of its own."""

    def __init__(
        self,
        app: Flask,
        *,
        hello_name: str,
        trust: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`trust` says whose certificates count, instead of those that the machine trusts."""
        self._mail = flask_mail.Mail(app)
        self._hello_name = hello_name
        self._trust = trust or ssl.create_default_context()
        self._timeout_s = timeout_s

    def send(self, message: MailMessage) -> None:
        """Raises MailRefused when the server will never take it, MailDelayed for anything that may pass."""
        built = build_message(message)
        with self._connected() as connection:
            try:
                connection.send(built, envelope_from=message.sender_email)
            except smtplib.SMTPRecipientsRefused as error:
                ((code, _text),) = error.recipients.values()
                raise _answer(code, "mail_recipient_refused") from error
            except smtplib.SMTPSenderRefused as error:
                raise _answer(error.smtp_code, "mail_sender_refused") from error
            except smtplib.SMTPResponseException as error:
                raise _answer(error.smtp_code, "mail_content_refused") from error
            except (smtplib.SMTPException, OSError) as error:
                raise MailDelayed("mail_connection_lost", may_have_arrived=True) from error

    def _connected(self) -> "_Connection":
        return _Connection(
            self._mail,
            hello_name=self._hello_name,
            trust=self._trust,
            timeout_s=self._timeout_s,
        )


class _Connection(flask_mail.Connection):
    """Flask-Mail's, which by itself waits without end and takes any certificate."""

    def __init__(
        self,
        mail: flask_mail.Mail,
        *,
        hello_name: str,
        trust: ssl.SSLContext,
        timeout_s: float,
    ) -> None:
        super().__init__(mail)
        self._trust = trust
        self._options: dict[str, Any] = {"local_hostname": hello_name, "timeout": timeout_s}

    def configure_host(self) -> smtplib.SMTP:
        """Connected, encrypted and known to the server.

        Raises MailDelayed: whatever is wrong here is wrong with the connection or the settings, not with
        the mail, which is sent once that is put right.
        """
        try:
            return self._opened()
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise MailDelayed("mail_server_not_trusted") from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailDelayed("mail_server_unreachable") from error

    def _opened(self) -> smtplib.SMTP:
        mail = self.mail
        host: smtplib.SMTP
        if mail.use_ssl:
            host = smtplib.SMTP_SSL(mail.server, mail.port, context=self._trust, **self._options)
        else:
            host = smtplib.SMTP(mail.server, mail.port, **self._options)
        try:
            if mail.use_tls:
                host.starttls(context=self._trust)
            self._sign_in(host)
        except BaseException:
            host.close()
            raise
        return host

    def _sign_in(self, host: smtplib.SMTP) -> None:
        if self.mail.username and self.mail.password:
            try:
                host.login(self.mail.username, self.mail.password)
            except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
                raise MailDelayed("mail_sign_in_refused") from error

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say goodbye; a server that does not wait for it has answered for the mail all the same."""
        if self.host is None:
            return
        try:
            self.host.quit()
        except (smtplib.SMTPException, OSError):
            self.host.close()


def _answer(code: int, reason: str) -> MailRefused | MailDelayed:
    """Never, for 5xx; later, for anything else (RFC 5321, 4.2.1)."""
    if code in _PERMANENT:
        return MailRefused(reason)
    return MailDelayed("mail_not_taken_now")
