"""Sentences of published pages, and what keeps a reader of newspapers from reading them at once."""

import re
from collections.abc import Iterator

from lxml import html
from tests.told_numbers import numbers
from tests.words import plain

WORDS, NUMBERS = 25, 3  # of a sentence, at the most
_WORD = re.compile(r"[^\W_]+(?:['’\-.,\u202f\xa0/][^\W_]+)*")
_END = re.compile(r"(?<=[.!?…])(?<! al\.)\s+(?=[«“(]?\s*[A-ZÀ-Ý0-9])|\x1e")
_PROSE = ("p", "li", "dd", "figcaption", "caption")
_NO_PROSE = {"svg", "script", "style", "nav", "pre", "code"}
_LISTS = {"ul", "ol", "dl", "table"}


def sentences(page: str) -> Iterator[str]:
    """The French sentences of a page's text, captions and lists; no reference, no quotation."""
    whole = html.fromstring(page)
    main = whole.find(".//main")
    for element in (whole if main is None else main).iter(*_PROSE):
        around = [element, *element.iterancestors()]
        if any(a.tag in _NO_PROSE or _is_no_prose(a) for a in around):
            continue
        if element.tag == "li" and element.find("p") is not None:
            continue
        text = re.sub(r"[ \n\t]+", " ", "".join(_own(element))).strip()
        if not re.fullmatch("«[^«»]*»", text):  # which somebody else wrote
            yield from _END.split(text)


def _is_no_prose(element: html.HtmlElement) -> bool:
    english = (element.get("lang") or "").startswith("en")
    kinds = {*(element.get("class") or "").split(), element.get("id")}
    return english or bool(kinds & {"refs", "references", "label", "number", "verdict", "detail"})


def _own(element: html.HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == "br":
            yield "\x1e"
        elif _is_no_prose(child) or _is_term(child):
            pass
        elif isinstance(child.tag, str) and child.tag not in _NO_PROSE | _LISTS:
            yield from _own(child)
        yield child.tail or ""


def _is_term(element: html.HtmlElement) -> bool:
    """Whether an item of a list explains it: what it begins with, in bold."""
    inside = element.getparent()
    begins = element.getprevious() is None and not (inside.text or "").strip()
    return bool(element.tag == "strong" and begins and "li" in (inside.tag, inside.getparent().tag))


def faults(sentence: str) -> list[str]:
    """What is wrong with a sentence, a few words each; nothing where it is plain."""
    found = []
    if (words := len(_WORD.findall(sentence))) > WORDS:
        found.append(f"{words} words")
    if (told := len(numbers(plain(sentence)))) > NUMBERS:
        found.append(f"{told} numbers")
    if re.match(r"[+−-]?\d(?!\d* [A-ZÀ-Ý])", sentence):  # a name may: "3939 Allô"
        found.append("begins with digits")
    if re.search(r"«[^»]*«", sentence):
        found.append("a quotation inside a quotation")
    if re.search(r"@(tbl|fig|sec|eq)-", sentence):
        found.append("a reference that leads nowhere")
    return found
