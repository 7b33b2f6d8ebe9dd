"""What pages say, read by tests without the spaces of print."""

from observlib.display import Output


def plain(said: object) -> str:
    """A text, or what a cell shows, in which each space is a plain one."""
    text = said if isinstance(said, str) else repr(said)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def alt_of(shown: Output) -> str:
    """The alternative text of a chart."""
    return plain(shown.content["alt"])
