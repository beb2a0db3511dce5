"""Tooltips in lines of a readable length; Qt itself puts plain text on one endless line."""

import textwrap

CHARACTERS = 64


def wrapped(text: str) -> str:
    """The text in lines of at most 64 characters; its own line ends stay."""
    return "\n".join(textwrap.fill(line, CHARACTERS) for line in text.split("\n"))
