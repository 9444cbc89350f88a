"""Promises of targets: only the services' own hosts, clear errors, and secrets that no repr or error repeats."""

import pytest
from pydantic import SecretStr

from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.notifications.hosts import TargetError, redact
from adops_pipeline.notifications.targets import DiscordTarget, EmailTarget, MailSecurity, SlackTarget, parse_target

SLACK = "https://hooks.slack.com/services/T000/B000/s3cr3ts3cr3t"
DISCORD = "https://discord.com/api/webhooks/1234/s3cr3ts3cr3t"
MAIL = "smtp://robot:s3cr3t%2Fs3cr3t@mail.example.com:2525?from=ads@example.com&to=a@example.com,b+x@example.org"


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        (Channel.SLACK, SLACK),
        (Channel.SLACK, SLACK.replace("slack.com", "slack-gov.com")),
        (Channel.DISCORD, DISCORD),
        (Channel.DISCORD, DISCORD.replace("discord.com/api", "canary.discord.com/api/v10")),
        (Channel.DISCORD, DISCORD.replace("discord.com", "ptb.discordapp.com")),
        (Channel.EMAIL, MAIL),
    ],
)
def test_a_services_own_address_is_taken_and_never_shown(channel: Channel, text: str) -> None:
    target = parse_target(channel, f" {text}\n")
    assert target.channel is channel
    assert "s3cr3t" not in repr(target)
    assert "s3cr3t" not in f"{target}"


@pytest.mark.parametrize(
    ("channel", "text", "flaw"),
    [
        (Channel.SLACK, SLACK.replace("https", "http"), "https://"),
        (Channel.SLACK, SLACK.replace("hooks.slack.com", "hooks.slack.com.evil.example"), "must be at hooks.slack"),
        (Channel.SLACK, SLACK.replace("hooks.slack.com", "hooks.slack.com:8443"), "must be at"),
        (Channel.SLACK, SLACK.replace("hooks.slack.com", "evil.example"), "must be at"),
        (Channel.SLACK, SLACK.replace("hooks.", "u:p@hooks."), "no user name"),
        (Channel.SLACK, SLACK + "?x=1", "no user name, query"),
        (Channel.SLACK, "https://hooks.slack.com/s3cr3t", "not complete"),
        (Channel.SLACK, SLACK.replace("/services", "/services/../s3cr3t"), "not complete"),
        (Channel.SLACK, DISCORD, "must be at"),
        (Channel.SLACK, "", "https://"),
        (Channel.SLACK, "https://[s3cr3t", "not a web address"),
        (Channel.SLACK, SLACK + "\x00", "characters"),
        (Channel.DISCORD, SLACK, "must be at"),
        (Channel.DISCORD, DISCORD.replace("/1234", ""), "not complete"),
        (Channel.DISCORD, "http://169.254.169.254/api/webhooks/1/s3cr3t", "https://"),
        (Channel.SLACK, "http://127.0.0.1:9/services/s3cr3t", "https://"),
        (Channel.EMAIL, MAIL.replace("smtp://", "http://"), "begin with smtp://"),
        (Channel.EMAIL, MAIL.replace("smtp://", "smtp+plain://"), "without TLS"),
        (Channel.EMAIL, MAIL.replace("&to=", "&cc="), "needs ?from"),
        (
            Channel.EMAIL,
            MAIL.replace("a@example.com", "a@example.com%0d%0aBcc:x@y.de"),
            "recipient is not a mail address",
        ),
        (Channel.EMAIL, MAIL.replace("from=ads@", "from=ads <"), "sender is not a mail address"),
        (Channel.EMAIL, MAIL.replace(":s3cr3t%2Fs3cr3t", ""), "or neither"),
        (Channel.EMAIL, MAIL.replace("mail.example.com", "localhost"), "this machine"),
        (Channel.EMAIL, MAIL.replace(":2525", ":s3cr3t"), "not an smtp:// address"),
        (Channel.EMAIL, MAIL.replace("mail.example.com:2525", ""), "host is missing"),
    ],
)
def test_any_other_address_is_refused_without_repeating_it(channel: Channel, text: str, flaw: str) -> None:
    with pytest.raises(TargetError) as error:
        parse_target(channel, text)
    assert flaw in str(error.value)
    assert "s3cr3t" not in str(error.value)


def test_this_machine_is_a_target_only_where_the_settings_allow_it() -> None:
    local = SecretStr("http://localhost:9/services/T/B/x")
    with pytest.raises(TargetError):
        SlackTarget(local)
    assert SlackTarget(local, allow_loopback=True).webhook_url == local
    with pytest.raises(TargetError):
        DiscordTarget(SecretStr("http://192.168.0.2/api/webhooks/1/x"), allow_loopback=True)


def test_a_mail_address_says_all_there_is() -> None:
    target = parse_target(Channel.EMAIL, MAIL)
    assert isinstance(target, EmailTarget)
    assert (target.host, target.port, target.security) == ("mail.example.com", 2525, MailSecurity.STARTTLS)
    assert target.recipients == ("a@example.com", "b+x@example.org")
    assert target.username == "robot"
    assert target.password == SecretStr("s3cr3t/s3cr3t")


@pytest.mark.parametrize(("scheme", "port"), [("smtp", 587), ("smtps", 465)])
def test_each_protection_has_its_usual_port(scheme: str, port: int) -> None:
    target = parse_target(Channel.EMAIL, f"{scheme}://mail.example.com?from=a@b.de&to=c@d.de")
    assert isinstance(target, EmailTarget)
    assert target.port == port


def test_a_secret_is_struck_out_whole_in_pieces_and_in_base64() -> None:
    said = f"bad {SLACK} s3cr3ts3cr3t czNjcjN0czNjcjN0\nend"
    assert redact(said, [SLACK, "s3cr3ts3cr3t"]) == "bad *** *** *** end"
    assert redact("hooks.slack.com/services/ has no webhooks", [SLACK]) == "hooks.slack.com/services/ has no webhooks"
    assert redact("T000 is short and stays", [SLACK]) == "T000 is short and stays"
    assert len(redact("x" * 5000, [])) == 300
