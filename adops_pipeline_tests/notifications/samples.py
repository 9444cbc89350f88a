"""Messages for tests: one as it comes in practice, and any that may come (for property tests)."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from adops_pipeline.domain.messages import Message, MessageField, MessageItem
from adops_pipeline.domain.severity import Severity

AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def overspend(key: str = "alert-1", title: str = "Brand DE is 31 % over pace") -> Message:
    return Message(
        title=title,
        severity=Severity.CRITICAL,
        summary="Projected 13,100.00 EUR of 10,000.00 EUR. See https://ads.example.com/pacing?campaign=1&day=2.",
        key=key,
        at=AT,
        fields=(MessageField("Pacing", "131 %"), MessageField("Overspend probability", "97 %")),
        items=(MessageItem("DE_Brand_2", "https://ads.example.com/campaigns/1"), MessageItem("FR <Brand> & more")),
        footer="google-ads",
        link="http://localhost:8000/alerts",
    )


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCRIPTS = [FAMILY, "🇩🇪", "👍🏽", "e\u0301", "क्षि", "각", "Z" + "\u0337" * 200]
UNSEEN = ["\u200b", "\u2060", "\x00", "\ud800", "\u202e", "\n", "\r\n", "\t", " "]
ADDRESSES = ["https://ads.example.com/a?b=1&c=(2)|3", "http://x", "[l](http://x)"]
MARKUP = ["<!channel>", "@everyone", "<@1234>", "&amp;", "*b*", "_i_", "~s~", "`c`", "||s||", "> q", "# h", "- i", "\\"]
LONG = ["x" * 300, "ﷺ" * 90, "😀" * 400, "&" * 700]
PIECES = st.sampled_from([*SCRIPTS, *UNSEEN, *ADDRESSES, *MARKUP, *LONG, "<script>", "\"'", "|"])
TEXTS = st.lists(PIECES | st.text(max_size=20), max_size=6).map("".join)
LINKS = st.none() | st.sampled_from(
    [
        "http://localhost:8000/alerts",
        "https://ads.example.com/a_(b)?c=1&d=*e*#f",
        "http://10.0.0.7/x",
        "https://ads.example.com/" + "y" * 1500,
        "http://[::1]:8000/",
    ]
)
MESSAGES = st.builds(
    Message,
    title=TEXTS,
    severity=st.sampled_from(Severity),
    summary=TEXTS,
    key=st.text(min_size=1, max_size=30).filter(lambda key: bool(key.strip())),
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    fields=st.lists(st.builds(MessageField, TEXTS, TEXTS), max_size=6).map(tuple),
    items=st.lists(st.builds(MessageItem, TEXTS, LINKS), max_size=6).map(tuple),
    footer=TEXTS,
    link=LINKS,
    is_resolved=st.booleans(),
)
TIMES = st.sampled_from([1, 1, 7, 200])


def grown(message: Message, times: int) -> Message:
    """The message with everything in it so many times over."""
    return replace(message, summary=message.summary * times, fields=message.fields * times, items=message.items * times)
