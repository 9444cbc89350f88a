"""A mail server on loopback, with and without TLS and sign-in, that refuses when told to."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USERNAME = "ads-robot"
PASSWORD = "planted/mail:password"


@dataclass
class Mailboxes:
    """What arrived (recipients, mail), and what to answer: by recipient, to the data, to the goodbye."""

    port: int = 0
    arrived: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    quit_answer: str = "221 Bye"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        if self.data_answer.startswith("250"):
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.arrived.append((list(envelope.rcpt_tos), mail))
            self.raw.append(content)
        return self.data_answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.quit_answer


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for this machine: what the server shows, what the client trusts."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def make_certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "loopback.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
    return Certificate(server, client)


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object) -> AuthResult:
    assert isinstance(auth_data, LoginPassword)
    good = (auth_data.login, auth_data.password) == (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def running_mailboxes(
    *, certificate: Certificate | None = None, starttls: bool = False, auth: bool = False
) -> Iterator[Mailboxes]:
    """A mail server that ends with the block: plain, STARTTLS, or TLS at once where a certificate comes alone."""
    mailboxes = Mailboxes()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        mailboxes.port = probe.getsockname()[1]
    parameters: dict[str, Any] = {}
    if certificate and starttls:
        parameters |= {"tls_context": certificate.server, "require_starttls": True}
    elif certificate:
        parameters["ssl_context"] = certificate.server
    if auth:
        parameters |= {"authenticator": _authenticate, "auth_required": starttls, "auth_require_tls": starttls}
    controller = Controller(mailboxes, hostname="127.0.0.1", port=mailboxes.port, **parameters)
    controller.start()
    try:
        yield mailboxes
    finally:
        controller.stop()
