"""Sends one message to one target. The outcome: sent, retry later, refused, or gone.

Nothing waits or is remembered here: ``outcomes.next_attempt`` decides when to retry.
"""

import math
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from adops_pipeline.domain.messages import Message
from adops_pipeline.notifications import discord, slack
from adops_pipeline.notifications.email import to_mail
from adops_pipeline.notifications.guard import BlockedAddressError, Resolve, resolved
from adops_pipeline.notifications.hosts import redact
from adops_pipeline.notifications.outcomes import Gone, Outcome, Refused, Retry, Sent
from adops_pipeline.notifications.outgoing import post_signed
from adops_pipeline.notifications.smtp import send_mail
from adops_pipeline.notifications.targets import DiscordTarget, EmailTarget, SlackTarget, Target, WebhookTarget
from adops_pipeline.notifications.webhooks import Answer, post_to_discord, post_to_slack

TIMEOUT_SECONDS = 10.0
PAUSE_WITHOUT_WORD_SECONDS = 60.0
"""Pause after a 429 without a time. Discord's edge bans an address that way, for an hour at most
(https://github.com/discord/discord-api-docs/issues/5810).
"""
LONGEST_PAUSE_SECONDS = 86_400.0

_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "certificate not trusted"),
    (TimeoutError, "timed out"),
    (httpx.TimeoutException, "timed out"),
    (httpcore.TimeoutException, "timed out"),
    (ConnectionRefusedError, "connection refused"),
)
_DEEPEST_CAUSE = 8


def send(
    target: Target,
    message: Message,
    *,
    only: tuple[str, ...] = (),
    timeout: float = TIMEOUT_SECONDS,
    tls: ssl.SSLContext | None = None,
    at: datetime | None = None,
    resolve: Resolve = resolved,
) -> Outcome:
    """Send the message once. Failures of the server are returned, not raised.

    ``only`` narrows the mailboxes to those that an earlier ``Retry`` left over. ``timeout`` in seconds, for each step
    of the exchange, but for a program's webhook twice as long for all of it; ``tls`` replaces the system's trusted
    certificates. ``at``: the time that a webhook's signature states (default: now).
    """
    context = tls or ssl.create_default_context()
    match target:
        case SlackTarget():
            payload = slack.to_payload(message)
            return _ask(target, lambda: post_to_slack(target, payload, timeout, context))
        case DiscordTarget():
            payload = discord.to_payload(message)
            return _ask(target, lambda: post_to_discord(target, payload, timeout, context))
        case EmailTarget():
            return send_mail(target, to_mail(message, target), only, timeout, context)
        case WebhookTarget():
            return _ask_program(target, message, at or datetime.now(UTC), 2 * timeout, context, resolve)


def read_answer(answer: Answer, secrets: list[str]) -> Outcome:
    """Outcome of a webhook's response: 2xx sent; 429 and 5xx retry later; everything else refused."""
    said = redact(f"HTTP {answer.status} {answer.body}", secrets)
    if 200 <= answer.status < 300:
        is_spent = answer.headers.get("x-ratelimit-remaining", "").strip() == "0"
        pause = _seconds(answer.headers.get("x-ratelimit-reset-after")) if is_spent else None
        return Sent(f"HTTP {answer.status}", pause_seconds=pause or 0.0)
    if answer.status == 429:
        return Retry(said, after_seconds=_asked_pause(answer))
    if answer.status >= 500:
        return Retry(said, after_seconds=_retry_after(answer))
    if 300 <= answer.status < 400:
        return Refused(f"HTTP {answer.status}: redirected, which is not followed")
    return Refused(said)


def _ask(target: SlackTarget | DiscordTarget, post: Callable[[], Answer]) -> Outcome:
    try:
        return read_answer(post(), [target.webhook_url.get_secret_value()])
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return Retry(f"{target.channel}: no connection ({_cause(error)})")
    except httpx.TransportError as error:
        return Retry(f"{target.channel}: no answer ({_cause(error)}); the message may have arrived")


def _ask_program(
    target: WebhookTarget, message: Message, at: datetime, timeout: float, tls: ssl.SSLContext, resolve: Resolve
) -> Outcome:
    try:
        answer = post_signed(target, message, at, timeout, tls, resolve)
    except BlockedAddressError as error:
        return Retry(str(error))
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        return Retry(f"{target.channel}: no connection ({_cause(error)})")
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        return Retry(f"{target.channel}: no answer ({_cause(error)}); the message may have arrived")
    return read_program_answer(answer, [target.url.get_secret_value()])


def read_program_answer(answer: Answer, secrets: list[str]) -> Outcome:
    """Outcome of a program's response: 2xx sent, 410 gone; everything else, redirects included, retry later."""
    if 200 <= answer.status < 300:
        return Sent(f"HTTP {answer.status}")
    if answer.status == 410:
        return Gone("HTTP 410: the receiver wants no more messages")
    if 300 <= answer.status < 400:
        return Retry(f"HTTP {answer.status}: redirected, which is not followed")
    return Retry(redact(f"HTTP {answer.status} {answer.body}", secrets), after_seconds=_retry_after(answer))


def _cause(error: BaseException) -> str:
    """Description of a failure. The exception's own text is not used, because it may contain the address."""
    causes = [error]
    while len(causes) < _DEEPEST_CAUSE and (cause := causes[-1].__cause__ or causes[-1].__context__):
        causes.append(cause)
    for kind, words in _CAUSES:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return type(causes[-1]).__name__


def _asked_pause(answer: Answer) -> float:
    """Seconds, from the header fields alone: Discord's body has been in milliseconds at times
    (https://github.com/discord/discord-api-docs/issues/4722). The longer one where there are two.
    """
    asked = [_retry_after(answer), _seconds(answer.headers.get("x-ratelimit-reset-after"))]
    named = [pause for pause in asked if pause is not None]
    return max(named) if named else PAUSE_WITHOUT_WORD_SECONDS


def _retry_after(answer: Answer) -> float | None:
    """``Retry-After`` in seconds; a date counts from the answer's own ``Date`` (RFC 9110, section 10.2.3)."""
    text = answer.headers.get("retry-after")
    seconds = _seconds(text)
    if seconds is not None or text is None:
        return seconds
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_PAUSE_SECONDS)


def _seconds(text: str | None) -> float | None:
    """A positive number of seconds, at most a day; None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return min(value, LONGEST_PAUSE_SECONDS) if math.isfinite(value) and value >= 0 else None
