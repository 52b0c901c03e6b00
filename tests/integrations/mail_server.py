"""A mail server on this machine: it speaks real SMTP with real TLS, and answers as a test wants."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.clock import now

USER, PASSWORD = "portal", "p@ss word"
HOST = "127.0.0.1"


@dataclass
class MailServer:
    """`answers` to RCPT and DATA are given one after the other, then 250; `mails` were taken."""

    certificate: Path
    port: int = 0
    answers: dict[str, list[str]] = field(default_factory=lambda: {"RCPT": [], "DATA": []})
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    hellos: list[str] = field(default_factory=list)
    cuts_after_data: bool = False

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name
        del server, envelope
        session.host_name = hostname
        self.hellos.append(hostname)
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        del server, session, options
        if self.answers["RCPT"]:
            return self.answers["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        del session
        if self.answers["DATA"]:
            return self.answers["DATA"].pop(0)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if self.cuts_after_data:
            self.cuts_after_data = False
            server.transport.abort()
        return "250 taken"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def mail_server(folder: Path, *, tls: str = "starttls") -> Iterator[MailServer]:
    """`tls` is starttls, smtps or none."""
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = MailServer(certificate)
    options: dict[str, Any] = {"hostname": "mail.test", "authenticator": _check}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    elif tls == "smtps":
        options["auth_require_tls"] = False  # aiosmtpd counts STARTTLS alone
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    server = None
    try:
        serving = loop.create_server(
            lambda: SMTP(handler, loop=loop, **options),
            HOST,
            0,
            ssl=context if tls == "smtps" else None,
        )
        server = asyncio.run_coroutine_threadsafe(serving, loop).result(10)
        handler.port = server.sockets[0].getsockname()[1]
        yield handler
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server: asyncio.Server | None) -> None:
    if server is not None:
        server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _check(server, session, envelope, mechanism, data) -> AuthResult:
    del server, session, envelope, mechanism
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=is_right, handled=is_right)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Made by itself, for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = (folder / "mail.crt", folder / "mail.key")
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
