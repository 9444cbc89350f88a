"""Text for people: one line out of many. No wording."""


def one_line(text: object) -> str:
    """The text in one line: line breaks, tabs and runs of spaces become one space each."""
    return " ".join(str(text).split())
