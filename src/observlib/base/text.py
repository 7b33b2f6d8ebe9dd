"""Text to compare and sort names by, and to show in cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
# What nobody sees: controls, signs that turn or hide what stands beside them (bidirectional ones,
# of no width, tags), and what neither YAML nor XML may hold. Joiners stay where letters or drawings
# need them: between two signs of which none is of our alphabet.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
    "|(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
)
LINE_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_ENCODED_WORD = re.compile(r"=\?[^?]*\?[bq]\?", re.IGNORECASE)
_MARK = re.compile(r"\[[^\[\]]*\]")  # in the place of personal data: its words are not the user's
_NUMBER = re.compile(r"-\d[\d .,]*", re.ASCII)


@lru_cache(10_000)  # an export says the same names and answers again and again
def fold(text: str) -> str:
    """Text to compare and sort names by: no case, no accents, single spaces.

    >>> fold(" Téléchargements\\u00a0UNIQUES ")
    'telechargements uniques'
    >>> sorted(["Travail", "Étrangers en France", "Famille"], key=fold)
    ['Étrangers en France', 'Famille', 'Travail']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def fold_label(text: str) -> str:
    """Text to compare labels by: folded, whatever the kind of its apostrophes.

    >>> fold_label("L’aide\\u00a0JOIGNABLE ")
    "l'aide joignable"
    """
    return fold(text).replace("’", "'")


def words_of_list(path: Path) -> list[str]:
    """The words of a list in a file, without its comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


class Patterns(Mapping[str, re.Pattern[str]]):
    """Patterns by name, compiled when they are asked for: all of them take half a second."""

    def __init__(self, written: Mapping[str, str]) -> None:
        self._written = written
        self._compiled: dict[str, re.Pattern[str]] = {}

    def __getitem__(self, name: str) -> re.Pattern[str]:
        if name not in self._compiled:
            self._compiled[name] = re.compile(self._written[name])
        return self._compiled[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


def compiled(
    sections: Mapping[str, Mapping[str, str]], **parts: str
) -> tuple[dict[str, Patterns], dict[str, str]]:
    """Patterns that stand in YAML, by section and name, and the parts of which they are made.

    A line's end and what indents the next are no part of a pattern. `{cap}` stands for a part, of
    those given or of those that the section `parts` tells.
    """

    def whole(written: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda found: parts[found[1]], as_one_line(written))

    for name, written in sections.get("parts", {}).items():
        parts[name] = whole(written)
    found = {
        section: Patterns({name: whole(written) for name, written in own.items()})
        for section, own in sections.items()
        if section != "parts"
    }
    return found, parts


def as_one_line(pattern: str) -> str:
    """A pattern of several lines: their ends, and what indents the next, are no part of it."""
    return "".join(map(str.strip, pattern.splitlines()))


def clash(words: Iterable[tuple[str, object]]) -> str:
    """What is wrong with words of which one, however it is written, stands for two things.

    >>> clash([("Répondu", "answered"), ("repondu", "abandoned")])
    "'repondu' stands for 'answered' and for 'abandoned'; leave it to one"
    """
    known: dict[str, object] = {}
    for word, what in words:
        if (first := known.setdefault(fold_label(word), what)) != what:
            return f"{word!r} stands for {first!r} and for {what!r}; leave it to one"
    return ""


def seen(text: str) -> str:
    """Text without what nobody sees, and could hide or turn what stands beside it; lines stay.

    Source: N. Boucher and R. Anderson, "Trojan Source: Invisible Vulnerabilities" (USENIX Security
    Symposium, 2023), on signs that change the order in which text is read.

    >>> seen("Avis \\u202egnp.exe\\u200b \\x1b[31m")
    'Avis gnp.exe [31m'
    """
    return _UNSEEN.sub("", text)


def sign_fault(text: str) -> str | None:
    """What a text that people write may not hold: what nobody sees, or mails decode (RFC 2047).

    >>> sign_fault("Pôle\\u202e"), sign_fault("Pôle\\u00a0: l’accueil")
    ('holds U+202E, a sign that nobody sees; delete it', None)
    """
    if unseen := _UNSEEN.search(text):
        return f"holds U+{ord(unseen[0]):04X}, a sign that nobody sees; delete it"
    if word := _ENCODED_WORD.search(text):
        return f"holds {word[0][:20]!r}, which mails decode; write the words themselves"
    return None


def as_cell(text: str) -> str:
    """Text for a cell of a CSV that people open: a spreadsheet takes it for no formula.

    An apostrophe goes before a first sign that would begin one; whoever reads the file with a
    program takes it away again. The text is on one line, as the next would begin a cell. A number
    begins none.

    Source: OWASP, "CSV Injection".

    >>> as_cell("=cmd|' /C calc'!A0"), as_cell("Oui, et -1"), as_cell("-1,5")
    ("'=cmd|' /C calc'!A0", 'Oui, et -1', '-1,5')
    """
    line = seen(re.sub(r"[\r\n]+", " ", text))
    formula = line.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(line)
    return f"'{line}" if formula else line


def of_cell(cell: str) -> str:
    """The text of a cell that `as_cell` wrote.

    >>> of_cell("'=A1"), of_cell("'Oui'")
    ('=A1', "'Oui'")
    """
    return cell[1:] if cell.startswith("'") and as_cell(cell[1:]) == cell else cell


def by_words(
    words: Mapping[str, Collection[str]], names: Mapping[str, Collection[str]] | None = None
) -> Callable[[str], list[str]]:
    """What tells of which labels a redacted text holds the words, or the names.

    A word is found in the plural too, whatever its case and accents. The marks that stand for
    personal data count for nothing.

    >>> of = by_words({"Toit": ["aide au logement"], "Droit": ["tribunal"]}, {"Droit": ["Ville"]})
    >>> of("Mes AIDES au logement ?"), of("Les tribunaux"), of("L'aide au logement de la ville")
    (['Toit'], ['Droit'], ['Toit', 'Droit'])
    >>> of("[numéro de la ville] perdu")
    []
    """
    patterns = {label: _pattern(own, (names or {}).get(label, ())) for label, own in words.items()}

    def holding(text: str) -> list[str]:
        plain = _plain(_MARK.sub(" ", text))
        return [label for label, pattern in patterns.items() if pattern.search(plain)]

    return holding


def _pattern(words: Collection[str], names: Collection[str]) -> re.Pattern[str]:
    """What finds words, in the singular or plural, and names; where there is none, nothing."""
    known = [" ".join(map(_either_number, _plain(word).split())) for word in words]
    known += [re.escape(_plain(name)) for name in names]
    return re.compile(rf"(?<!\w)(?:{'|'.join(known) or '(?!)'})(?!\w)")


def _either_number(word: str) -> str:
    if word.endswith("al"):
        return rf"{re.escape(word[:-2])}(?:als?|aux)"
    return rf"{re.escape(word)}(?:s|x|es)?"


def _plain(text: str) -> str:
    return fold_label(text).replace("-", " ")
