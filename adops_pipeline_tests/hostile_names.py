"""Names as strangers may choose them, and what none of them may become on any way out of the product.

One set for all ways out: a name that breaks one of them is added here, and tried on every other.
"""

import re

ADDRESS = "https://evil.example/x?a=1&b=2"
HOSTILE = {
    "control": "bell\x07 back\x08 nul\x00 del\x7f cr\r vt\x0b",
    "ansi": "\x1b[2J\x1b[1;31mred\x1b[0m",
    "osc link": f"\x1b]8;;{ADDRESS}\x1b\\click\x1b]8;;\x1b\\",
    "osc clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "8-bit controls": "\x9b31m \x9d0;title\x9c \x90q\x9c",
    "right to left": "invoice \u202egpj.exe\u202c \u2067x\u2069 \u200f\u200e\u061c",
    "separators": "one\u2028two\u2029three\x85four",
    "line feeds": "first\nsecond\r\n[error] third",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover='alert(3)'",
    "entities": "&lt;b&gt; &amp; &#60;i&#62;",
    "markdown": f"[click]({ADDRESS}) ![x]({ADDRESS}) **b** _i_ `c` # h > q ~~s~~ | cell |",
    "reference": "[a]: https://evil.example\n[b][a] <https://evil.example>",
    "bare address": f"see {ADDRESS} or www.evil.example or ftp://evil.example or mailto:me@evil.example",
    "slack": f"<{ADDRESS}|Open> <!channel> <!here> <@U012AB3CD> <#C024BE7LR> <!subteam^S1>",
    "mentions": "@everyone @here <@1234> <@&99> <#7> @octocat",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "formula plus": "+1+cmd|' /C calc'!A0",
    "formula minus": "-2+3",
    "formula at": "@SUM(1+1)",
    "formula tab": "\t=1+1",
    "formula after controls": "\x00\u200b=1+1",
    "rich markup": "[bold red]x[/] [/nothing] [link=https://evil.example]y[/link] :warning: \\[z]",
    "quotes": 'O\'Brien "x"; DROP TABLE campaigns; -- \\',
    "template": "{{7*7}} ${x} %s {0} {name!r}",
    "path": "../../etc/passwd C:\\x /dev/null",
    "cjk": "秋のセール 北京 서울",
    "scripts": "שלום עולם مرحبا क्षि ไทย",
    "emoji": "👩‍👩‍👧 🇩🇪 👍🏽 e\u0301",
    "stacked": "Z" + "\u0337" * 500,
    "surrogates": "half \ud83d and \udc00",
    "no characters": "\ufffe\uffff\ufdd0",
    "invisible": "\u200b\u2060\ufeff\u00ad\U000e0041",
    "blank": " \u3000\u2800 ",
    "huge": "x" * 70_000,
    "huge symbols": "&<@*" * 5_000,
}
"""By what each of them tries."""
STORABLE = {what: name for what, name in HOSTILE.items() if not re.search("[\x00\ud800-\udfff]", name)}
"""Those that a database and UTF-8 can hold; connectors and the API refuse or mend the others."""
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"(?i)[a-z0-9]://|\bwww\.")
_MENTION = re.compile(r"@[A-Za-z0-9]")


def obeyed(text: str) -> list[str]:
    """What a terminal, a log or a mail program would obey: controls, marks of direction, halves of characters."""
    return _OBEYED.findall(text)


def addresses(text: str) -> list[str]:
    """What programs make a link of by themselves."""
    return _ADDRESS.findall(text)


def mentions(text: str) -> list[str]:
    """What chats and GitHub make a mention or a mail address of."""
    return _MENTION.findall(text)
