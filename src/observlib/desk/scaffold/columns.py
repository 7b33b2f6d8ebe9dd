"""What a format that is proposed says of one column, and what is to be asked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from observlib.base import personal
from observlib.base.errors import UsageError
from observlib.base.text import fold_label
from observlib.catalogue import FIELDS, Catalogue
from observlib.desk.scaffold import looks
from observlib.desk.scaffold.looks import (
    NOTHING,
    Look,
    forms_of,
    is_mean,
    is_numeric,
    unit_of,
    words_of,
)
from observlib.desk.scaffold.proposal import COUNTS, NONE, Question, Wishes
from observlib.loaders._text import header_label, header_shown

UNITS = ("s", "min", "h", "ms")
MEANS = {"audience": ("actions", "seconds")}  # what may be told as a mean of the visits
_APART = (";", ", ", "|")  # between several answers in one cell
# Of marks, worst and best.
_SCALES = ("0,1", "1,3", "1,4", "1,5", "1,6", "1,7", "0,5", "1,10", "0,10", "0,20", "0,100")


def forms_told(
    chosen: Mapping[str, Look], kinds: Mapping[str, str], wishes: Wishes
) -> dict[str, tuple[str, ...]]:
    """The forms of each field of moments or days, two where it cannot be told which.

    A tool writes all its moments in one way: one column may tell of another.
    """
    found = {
        name: forms_of(look, kind == "day", wishes.date_form)
        for name, look in chosen.items()
        if (kind := kinds[name].rstrip("?~")) in ("moment", "day")
    }
    sure = {forms[0] for forms in found.values() if len(forms) == 1}
    for name, forms in found.items():
        if len(forms) > 1 and len(told := sure & {*forms}) == 1:
            found[name] = (*told,)
    return found


def in_utc(chosen: Mapping[str, Look], kinds: Mapping[str, str]) -> bool:
    """Whether the headers of moments say that these are in UTC."""
    moments = [look for name, look in chosen.items() if kinds[name][:6] == "moment"]
    told = [look for look in moments if words_of(look.title) & {"utc", "gmt"}]
    if told and len(told) < len(moments):
        other = next(look for look in moments if look not in told)
        one, two = (header_shown(look.title, names=False) for look in (told[0], other))
        raise UsageError(
            f"column {one} is in UTC, and {two} does not say so: moments of one format are in one "
            "zone; name others by `--column`"
        )
    return bool(told)


def described(
    look: Look,
    name: str,
    table: str,
    catalogue: Catalogue,
    wishes: Wishes,
    forms: tuple[str, ...],
) -> tuple[Any, list[Question]]:
    """What a format says of one field, and what is to be asked of it."""
    kind = FIELDS[table][name].rstrip("?~")
    told: dict[str, Any] = {"headers": [look.title]}
    questions = []
    if kind not in ("words", "theme") and (
        empty := [cell for cell in look.cells if fold_label(cell) in NOTHING]
    ):
        told["empty"] = empty
    if kind in ("moment", "day"):
        if len(forms) > 1:
            some = ", ".join(map(repr, [*look.cells][:3]))
            text = f"{look.title!r} holds {some}: where its month stands cannot be told"
            questions.append(Question("date_form", (), text, forms))
        elif forms and forms != ("iso",):
            told["forms"] = list(forms)
    if kind == "mark" and "scale_max" not in wishes.columns:
        more, asked = _marks(look, name, wishes)
        told |= more
        questions += asked
    if is_mean(look.title) and name in MEANS.get(table, ()):
        told["of"] = "visits"
    if kind in ("time", "times"):
        unit = wishes.units.get(name) or unit_of(look)
        if unit is None:
            some = ", ".join([*look.cells][:3])
            text = f"in which unit {look.title!r} counts ({some}) cannot be told"
            questions.append(Question("units", (name,), text, UNITS))
        elif unit != "clock" or "of" in told:
            told["unit"] = unit
    if kind == "words":
        told["words"], asked = _words(look, name, table, catalogue, wishes)
        questions += asked
        if not told["words"] and not asked:
            raise UsageError(f"column {look.title!r}: none of its words stands for any {name}")
    return (told["headers"] if len(told) == 1 else told), questions


def _marks(look: Look, name: str, wishes: Wishes) -> tuple[dict[str, Any], list[Question]]:
    """The scale of a column of marks, and the marks for which its words stand."""
    some = ", ".join(personal.shown(cell) for cell in [*look.cells][:6])
    if (said := wishes.scales.get(name)) is None:
        low, high = _ends(look)
        fit = [one for one in _SCALES if _worst(one) <= low and high <= _best(one)]
        text = f"between which worst and best mark {look.title!r} ({some}) is given cannot be told"
        exact = [one for one in fit if (_worst(one), _best(one)) == (low, high)]
        guess = exact[0] if exact and high - low > 1 else None
        return {}, [Question("scales", (name,), text, tuple(fit), guess)]
    worst, best = _worst(said), _best(said)
    told: dict[str, Any] = {"scale": [worst, best]}
    given = wishes.words.get(name, {})
    if is_numeric(look) and not given:
        return told, []
    by_word = {fold_label(word): mark for word, mark in given.items()}
    words: dict[str, list[str]] = {}
    questions = []
    marks = [f"{mark:g}" for mark in range(int(worst), int(best) + 1)] if best - worst <= 10 else []
    for word in look.cells:
        mark = by_word.get(fold_label(word), word if is_numeric(look) else None)
        if mark is None:
            text = f"{look.title!r} is {personal.shown(word)!r}: for which mark from {worst:g} to "
            text += f"{best:g} it stands cannot be told; {NONE} is no answer"
            questions.append(Question("words", (name, word), text, (*marks, NONE)))
        elif mark == NONE:
            told.setdefault("empty", []).append(word)
        elif not (worst <= as_number(mark) <= best):
            raise UsageError(f"word {name}.{mark}: is no mark from {worst:g} to {best:g}, nor -")
        else:
            words.setdefault(mark, []).append(word)
    return told | ({"words": words} if words else {}), questions


def scale_fault(said: str) -> str | None:
    """Why a scale cannot be, as it was said.

    Examples
    --------
    >>> scale_fault("1,5"), scale_fault("5,1")
    (None, 'write its worst mark and its best, such as 1,5; the worst is the lowest')
    """
    parts = [as_number(part) for part in said.split(",")]
    sound = len(parts) == 2 and parts[0] < parts[1]
    return (
        None if sound else "write its worst mark and its best, such as 1,5; the worst is the lowest"
    )


def as_number(text: str) -> float:
    """A number, or NaN."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _worst(scale: str) -> float:
    return as_number(scale.split(",")[0])


def _best(scale: str) -> float:
    return as_number(scale.split(",")[1])


def _ends(look: Look) -> tuple[float, float]:
    """The lowest and highest mark of a column; of one of words, what every scale holds."""
    if not is_numeric(look):
        return float("inf"), float("-inf")
    marks = [as_number(cell) for cell in look.cells]
    return min(marks), max(marks)


def meanings(name: str, table: str, catalogue: Catalogue) -> dict[str, list[str]]:
    """The values for which words stand in the formats of a table, by the folded word."""
    found: dict[str, list[str]] = {}
    for form in catalogue.formats.values():
        column = form.columns.get(name)
        if form.table == table and column:
            for value, words in column.words.items():
                for word in map(fold_label, words):
                    if word not in ("*", *found) or value not in found.get(word, [value]):
                        found.setdefault(word, []).append(value)
    return found


def _words(
    look: Look, name: str, table: str, catalogue: Catalogue, wishes: Wishes
) -> tuple[dict[str, list[str]], list[Question]]:
    """The words of a column by the values that they stand for."""
    known = meanings(name, table, catalogue)
    values = list(dict.fromkeys(one for some in known.values() for one in some))
    given = {fold_label(word): value for word, value in wishes.words.get(name, {}).items()}
    told: dict[str, list[str]] = {}
    questions: list[Question] = []
    for word, count in look.cells.most_common():
        value: str | None = given.get(fold_label(word))
        if value is None and len(some := known.get(fold_label(word), [])) == 1:
            value = some[0]
        if value is None:
            rows = f"{count} row{'s' if count > 1 else ''}"
            text = f"{look.title!r} is {personal.shown(word)!r} in {rows}, which says no {name}; "
            text += f"{NONE} refuses such rows"
            questions.append(Question("words", (name, word), text, (*values, NONE)))
        elif value != NONE and values and value not in values:
            raise UsageError(f"word {name}.{value}: no such value; allowed: {', '.join(values)}, -")
        elif value != NONE:
            told.setdefault(value, []).append(word)
    return told, questions


def kept_by(
    free: Sequence[Look], table: str, wishes: Wishes
) -> tuple[list[dict[str, Any]], list[Question]]:
    """The rules of which rows count, by columns that tell a state; and what is to be asked."""
    rules, questions = [], list[Question]()
    said = {header_label(title): words for title, words in wishes.words.items()}
    for look in free:
        given = said.get(header_label(look.title), {})
        if not given and not looks.is_state(look, table):
            continue
        given = {fold_label(word): answer for word, answer in given.items()}
        for word, count in look.cells.most_common():
            if fold_label(word) not in given:
                text = f"{look.title!r} is {personal.shown(word)!r} ({count}): whether such rows "
                text += f"count cannot be told; {NONE} leaves them out"
                questions.append(Question("words", (look.title, word), text, (COUNTS, NONE)))
        kept = [word for word in look.cells if given.get(fold_label(word)) == COUNTS]
        but = [word for word in look.cells if given.get(fold_label(word)) == NONE]
        if but:
            rules.append({"header": look.title} | ({"words": kept} if kept else {"but": but}))
    return rules, questions


def answers_of(seen: Sequence[Look], wishes: Wishes) -> tuple[dict[str, Any], list[Question]]:
    """How a survey's export writes several answers to one question, and what is to be asked."""
    signs = [sign for sign in _APART if any(_has_several(look.cells, sign) for look in seen)]
    if wishes.separator is None and signs:
        text = f"what stands between several answers in a cell cannot be told; {NONE} is nothing"
        return {}, [Question("separator", (), text, (*signs, NONE))]
    said = wishes.separator not in (None, NONE)
    told: dict[str, Any] = {"separator": wishes.separator} if said else {}
    titles = {look.title for look in seen}
    if any(titles & {title.rpartition(" (")[0]} for title in titles):  # a column an option, too
        told |= {"option": r"(.+) \((.+)\)"} | ({"repeats": True} if said else {})
    return told, []


def _has_several(cells: Counter[str], sign: str) -> bool:
    """Whether cells hold several answers, some of which other cells hold too."""
    parts = [{part.strip() for part in cell.split(sign)} - {""} for cell in cells]
    count = Counter(part for some in parts for part in some)
    return any(len(some) > 1 and any(count[part] > 1 for part in some) for some in parts)
