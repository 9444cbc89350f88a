"""Promises of mail, against a real server: what arrives, through which protection, and what the server's codes mean."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from pydantic import SecretStr

from adops_pipeline.domain.messages import Message, MessageItem
from adops_pipeline.domain.severity import Severity
from adops_pipeline.notifications.delivery import send
from adops_pipeline.notifications.email import SUBJECT_LIMIT, message_id, to_mail
from adops_pipeline.notifications.outcomes import Outcome, Refused, Retry, Sent
from adops_pipeline.notifications.targets import EmailTarget, MailSecurity
from adops_pipeline_tests.notifications.mailboxes import (
    PASSWORD,
    USERNAME,
    Certificate,
    Mailboxes,
    make_certificate,
    running_mailboxes,
)
from adops_pipeline_tests.notifications.samples import MESSAGES, TIMES, grown, overspend
from adops_pipeline_tests.profiles import examples

TO = ("ana@example.com", "ben@example.org")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder: Path = tmp_path_factory.mktemp("certificate")
    return make_certificate(folder)


@pytest.fixture
def mailboxes() -> Iterator[Mailboxes]:
    with running_mailboxes() as running:
        yield running


def target(port: int, security: MailSecurity = MailSecurity.NONE, password: str | None = None) -> EmailTarget:
    return EmailTarget(
        host="127.0.0.1",
        sender="ads@example.com",
        recipients=TO,
        port=port,
        security=security,
        username=USERNAME if password else None,
        password=SecretStr(password) if password else None,
        allow_loopback=True,
    )


def sent(mailboxes: Mailboxes, message: Message | None = None, only: tuple[str, ...] = ()) -> Outcome:
    return send(target(mailboxes.port), message or overspend(), only=only, timeout=60)


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_a_mail_arrives_at_every_recipient_in_text_and_html(mailboxes: Mailboxes) -> None:
    assert sent(mailboxes) == Sent("accepted for 2 of 2 recipients")
    [(recipients, mail)] = mailboxes.arrived
    assert recipients == list(TO)
    assert mail["To"] == "ana@example.com, ben@example.org"
    assert mail["Subject"] == "[Critical] Brand DE is 31 % over pace"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = part(mail, "plain"), part(mail, "html")
    assert "Pacing: 131 %\n" in text
    assert "- DE_Brand_2\n  https://ads.example.com/campaigns/1\n- FR <Brand> & more\n" in text
    assert '<li><a href="https://ads.example.com/campaigns/1">DE_Brand_2</a></li>' in html
    assert "<li>FR &lt;Brand&gt; &amp; more</li>" in html
    assert '<a href="http://localhost:8000/alerts">' in html
    assert "#dc2626" in html


def test_a_repeated_delivery_is_the_same_mail_to_the_byte(mailboxes: Mailboxes) -> None:
    sent(mailboxes)
    sent(mailboxes)
    sent(mailboxes, overspend(key="alert-2"))
    first, second, _ = mailboxes.raw
    assert first == second
    identities = [mail["Message-ID"] for _, mail in mailboxes.arrived]
    assert identities[0] == identities[1] == message_id(overspend(), "ads@example.com")
    assert identities[0] != identities[2]


def test_no_text_makes_a_header(mailboxes: Mailboxes) -> None:
    nasty = "Pause\r\nBcc: eve@example.net\r\n\r\nbody <script>alert(1)</script>"
    assert isinstance(sent(mailboxes, replace(overspend(title=nasty, key=nasty), summary=nasty, footer=nasty)), Sent)
    [(recipients, mail)] = mailboxes.arrived
    assert recipients == list(TO)
    assert mail["Bcc"] is None
    assert "Bcc: eve@\u200bexample.net" in mail["Subject"]
    assert "<script>" not in part(mail, "html")


@examples(40)
@given(MESSAGES, TIMES)
def test_any_message_becomes_a_mail_that_old_servers_carry(small: Message, times: int) -> None:
    mail = to_mail(grown(small, times), target(25))
    raw = mail.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert len(mail["Subject"]) <= SUBJECT_LIMIT


def test_what_is_left_out_is_counted() -> None:
    message = replace(overspend(), items=tuple(MessageItem(f"Campaign {n}") for n in range(1000)))
    mail = to_mail(message, target(25))
    assert "- Campaign 199\n… 800 more\n" in part(mail, "plain")
    assert "<li>… 800 more</li>" in part(mail, "html")


def test_the_calm_need_no_mark_in_the_subject() -> None:
    assert to_mail(replace(overspend(), severity=Severity.INFO), target(25))["Subject"] == "Brand DE is 31 % over pace"


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_protected_server_takes_mail_after_sign_in(certificate: Certificate, security: MailSecurity) -> None:
    starttls = security is MailSecurity.STARTTLS
    with running_mailboxes(certificate=certificate, starttls=starttls, auth=True) as mailboxes:
        good = send(target(mailboxes.port, security, PASSWORD), overspend(), timeout=60, tls=certificate.client)
        bad = send(
            target(mailboxes.port, security, "wrong-password"),
            overspend(),
            timeout=60,
            tls=certificate.client,
        )
    assert isinstance(good, Sent)
    assert len(mailboxes.arrived) == 1
    assert isinstance(bad, Refused)
    assert "535" in bad.reason


def test_a_certificate_that_is_not_trusted_gets_no_mail(certificate: Certificate) -> None:
    with running_mailboxes(certificate=certificate, starttls=True) as mailboxes:
        outcome = send(target(mailboxes.port, MailSecurity.STARTTLS), overspend(), timeout=60)
    assert isinstance(outcome, Retry)
    assert "certificate not trusted" in outcome.reason
    assert "may have arrived" not in outcome.reason
    assert mailboxes.arrived == []


def test_a_server_without_starttls_gets_no_mail(mailboxes: Mailboxes) -> None:
    outcome = send(target(mailboxes.port, MailSecurity.STARTTLS), overspend(), timeout=60)
    assert isinstance(outcome, Refused)
    assert "STARTTLS" in outcome.reason
    assert mailboxes.arrived == []


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with running_mailboxes() as gone:
        pass
    assert sent(gone) == Retry("mail server: connection refused")


@pytest.mark.parametrize(("answer", "kind"), [("452 try later", Retry), ("554 spam", Refused)])
def test_the_codes_first_digit_decides(mailboxes: Mailboxes, answer: str, kind: type[Outcome]) -> None:
    mailboxes.data_answer = answer
    outcome = sent(mailboxes)
    assert isinstance(outcome, kind)
    assert f"SMTP {answer}" in str(outcome)


def test_a_rude_goodbye_does_not_undo_an_accepted_mail(mailboxes: Mailboxes) -> None:
    mailboxes.quit_answer = "554 go away"
    assert isinstance(sent(mailboxes), Sent)


def test_a_mailbox_refused_for_good_is_shown_and_the_others_have_the_mail(mailboxes: Mailboxes) -> None:
    mailboxes.refuse = {"ben@example.org": "550 no such user"}
    assert sent(mailboxes) == Sent(
        "accepted for 1 of 2 recipients", undelivered=("ben@example.org: SMTP 550 no such user",)
    )
    mailboxes.refuse |= {"ana@example.com": "550 gone"}
    assert isinstance(sent(mailboxes), Refused)


def test_a_mailbox_that_is_busy_gets_the_mail_later_and_the_others_do_not_get_it_twice(mailboxes: Mailboxes) -> None:
    mailboxes.refuse = {"ben@example.org": "450 greylisted"}
    outcome = sent(mailboxes)
    assert isinstance(outcome, Retry)
    assert outcome.remaining == ("ben@example.org",)
    mailboxes.refuse = {}
    assert isinstance(sent(mailboxes, only=outcome.remaining), Sent)
    assert [recipients for recipients, _ in mailboxes.arrived] == [["ana@example.com"], ["ben@example.org"]]


def test_the_password_is_in_no_log_outcome_or_error(
    certificate: Certificate, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with running_mailboxes(certificate=certificate, starttls=True, auth=True) as mailboxes:
        mailboxes.data_answer = f"554 {PASSWORD}"
        there = target(mailboxes.port, MailSecurity.STARTTLS, PASSWORD)
        caplog.clear()
        outcome = send(there, overspend(), timeout=60, tls=certificate.client)
    written = capfd.readouterr()
    ours = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail."))
    assert outcome == Refused("SMTP 554 ***")
    assert PASSWORD not in f"{there!r} {ours} {written.out} {written.err}"
