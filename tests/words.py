"""What pages say, read by tests without the spaces of print."""

from string import Formatter

from observlib.display import Output


def plain(said: object) -> str:
    """A text, or what a cell shows, in which each space is a plain one."""
    text = said if isinstance(said, str) else repr(said)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def alt_of(shown: Output) -> str:
    """The alternative text of a chart."""
    return plain(shown.content["alt"])


def fields(text: str) -> list[str]:
    """The names in braces of a text, at which its module sets what it tells."""
    names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    assert all(map(str.isidentifier, names)), text
    return names
