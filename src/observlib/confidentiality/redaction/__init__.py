"""Redaction of personal data in French texts: each is replaced by a mark that says what it was.

Rules are general and few: numbers and addresses by their shape, key or what stands before them
(`text`), names by what announces them, or as capitals that are neither French nor a place or
a thing (`names`). `tests/confidentiality/redaction` measures what they find and what they miss.
They miss some: redacted texts stay the owner's, and are not published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from observlib.base.yaml_files import load_data
from observlib.confidentiality.redaction import names
from observlib.confidentiality.redaction.text import (
    KEPT_SIGN,
    REDACTION_MARKS,
    SIGNS,
    Span,
    found_by,
    mails,
    personal_links,
    plain_text,
    replaced,
)

_STEPS = load_data(__file__)
_DIGIT = re.compile(r"\d")  # without one, most rules have nothing to find
Names = Callable[[str], Iterable[tuple[int, int]]]  # the spans of names in a text
LONGEST_TEXT = 20_000  # signs of a text, many times what anybody writes under a question
_MOST_READ = 5 * LONGEST_TEXT  # signs that are read of a text, over all its readings: mostly two


class Unreadable(ValueError):
    """A text that is not redacted, and so is to be refused whole: why, in a few words."""


def redact(text: str, more_names: Names | None = None) -> str:
    """A text in which marks stand for what tells of someone; the rest, and earlier marks, stay."""
    spans = personal_spans(text, more_names)
    return replaced(text, ((start, end, REDACTION_MARKS[kind]) for start, end, kind in spans))


def personal_spans(text: str, more_names: Names | None = None) -> list[Span]:
    """What is personal in a text, in order; of what is found twice, the first kind.

    The rules read the text again until they find nothing more in what is left: so a second
    redaction would find nothing either.
    """
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"has more than {LONGEST_TEXT} signs; shorten it, or take it away")
    signs, starts, ends = plain_text(text)
    spans: list[Span] = []
    for _ in range(_MOST_READ // max(len(signs), 1)):
        signs, new = _once(signs, more_names)
        spans += [Span(starts[start], ends[end - 1], kind) for start, end, kind in new]
        if not new:
            return sorted(spans)
    raise Unreadable("repeats what looks like names too often to be redacted; take it away")


def _once(text: str, more_names: Names | None) -> tuple[str, list[Span]]:
    """What one reading of a text finds, and the text in which that is masked."""
    written = whole = text  # with what is kept, which the next reading sets aside anew
    new: list[Span] = []

    def take(kind: str, spans: Iterable[tuple[int, int]]) -> None:
        nonlocal text, whole
        free = _apart(spans, text)
        signs = [(start, end, SIGNS.get(kind, KEPT_SIGN) * (end - start)) for start, end in free]
        text = replaced(text, signs)
        if kind in SIGNS:
            whole = replaced(whole, signs)
            new.extend(Span(start, end, kind) for start, end in free)

    personal, public = personal_links(text)
    take("link", personal)
    addresses = list(mails(text))
    take("email", addresses)
    take("kept", public)
    for step in _STEPS["with_digits" if _DIGIT.search(text) else "without_digits"]:
        for kind, rules in step.items():
            take(kind, found_by(rules, text))
    take("name", names.told_names(text))
    take("kept", names.things(text))
    take("name", names.names(text))
    take("name", names.told_by_mails(written, addresses))
    take("name", names.strangers(text))
    if more_names is not None:
        take("name", more_names(text))
    known = [written[start:end] for start, end, kind in new if kind == "name"]
    take("name", names.again(text, known))
    return whole, new


def _apart(spans: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Spans that hold a letter or digit, in order; those that overlap are one."""
    free: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if free and start < free[-1][1]:
            free[-1] = free[-1][0], max(end, free[-1][1])
        elif any(sign.isalnum() for sign in text[start:end]):
            free.append((start, end))
    return free
