"""Sends a mail by SMTP. Codes 4yz mean retry later, 5yz refused (RFC 5321, section 4.2.1)."""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

from adops_pipeline.notifications.hosts import redact
from adops_pipeline.notifications.outcomes import Outcome, Refused, Retry, Sent
from adops_pipeline.notifications.targets import EmailTarget, MailSecurity

Refusals = Mapping[str, tuple[int, bytes]]


def send_mail(
    target: EmailTarget, mail: EmailMessage, only: tuple[str, ...], timeout: float, tls: ssl.SSLContext
) -> Outcome:
    """Send to the target's recipients, or to those in ``only``. ``timeout`` in seconds, for each step."""
    recipients = only or target.recipients
    has_left = False
    try:
        server = _connect(target, timeout, tls)
        try:
            _sign_in(server, target, tls)
            has_left = True
            refusals: Refusals = server.sendmail(target.sender, recipients, mail.as_bytes(policy=SMTP))
        finally:
            _part(server)
    except smtplib.SMTPRecipientsRefused as error:
        refusals = error.recipients
    except smtplib.SMTPResponseException as error:
        reason = _words(target, error.smtp_code, error.smtp_error)
        return Refused(reason) if error.smtp_code >= 500 else Retry(reason)
    except smtplib.SMTPNotSupportedError:
        return Refused("the mail server does not support what the target requires (STARTTLS or sign-in)")
    except (smtplib.SMTPException, OSError) as error:
        doubt = "; the message may have arrived" if has_left else ""
        return Retry(f"mail server: {_failure(error)}{doubt}")
    return _verdict(target, recipients, refusals)


def _connect(target: EmailTarget, timeout: float, tls: ssl.SSLContext) -> smtplib.SMTP:
    """A connection that greets with the sender's domain, so that the machine's name stays private."""
    name = target.sender.rpartition("@")[2]
    if target.security is MailSecurity.TLS:
        return smtplib.SMTP_SSL(target.host, target.port, local_hostname=name, timeout=timeout, context=tls)
    return smtplib.SMTP(target.host, target.port, local_hostname=name, timeout=timeout)


def _sign_in(server: smtplib.SMTP, target: EmailTarget, tls: ssl.SSLContext) -> None:
    if target.security is MailSecurity.STARTTLS:
        server.starttls(context=tls)
    if target.username is not None and target.password is not None:
        server.login(target.username, target.password.get_secret_value())


def _part(server: smtplib.SMTP) -> None:
    """Close the session. A failure here does not undo what the server has accepted."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _verdict(target: EmailTarget, recipients: tuple[str, ...], refusals: Refusals) -> Outcome:
    """One outcome for all recipients: only those that were refused temporarily are retried."""
    later = tuple(address for address in recipients if address in refusals and refusals[address][0] < 500)
    never = tuple(
        f"{address}: {_words(target, *refusals[address])}"
        for address in recipients
        if address in refusals and refusals[address][0] >= 500
    )
    if later:
        reason = "; ".join(f"{address}: {_words(target, *refusals[address])}" for address in later)
        return Retry(reason, remaining=later if len(later) < len(recipients) else (), undelivered=never)
    if len(never) == len(recipients):
        return Refused("; ".join(never))
    return Sent(f"accepted for {len(recipients) - len(never)} of {len(recipients)} recipients", undelivered=never)


def _words(target: EmailTarget, code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return redact(f"SMTP {code} {text}", _secrets(target))


def _secrets(target: EmailTarget) -> list[str]:
    """The password, and its encoding in AUTH PLAIN."""
    if target.password is None:
        return []
    password = target.password.get_secret_value()
    return [password, f"\0{target.username}\0{password}"]


def _failure(error: Exception) -> str:
    """Description of a failure. The exception's own text is not used, because it may repeat what was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return f"connection failed ({type(error).__name__})"
