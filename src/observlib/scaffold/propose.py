"""A format for an export of which none is known: what is told of it, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from observlib import personal
from observlib.catalogue import FIELDS, Catalogue, Layout
from observlib.catalogue.formats import check_form
from observlib.errors import ObservError, UsageError
from observlib.loaders._text import header_shown
from observlib.scaffold.looks import (
    NOTHING,
    Look,
    fits,
    forms_of,
    looks,
    table_in,
    unit_of,
    words_of,
)
from observlib.scaffold.proposal import NONE, Proposal, Question, Wishes
from observlib.scaffold.recognise import folded
from observlib.tables import REFERENCE
from observlib.text import fold_label

_PLAIN = {"headers", "optional", "first_of", "empty", "words", "forms", "unit"}
_UNITS = ("s", "min", "h", "ms")
_SURE = 0.75  # of the fields that a table needs, to be the one
_MARGIN = 0.2  # by which a table must fit better than all others
# Fields of which nothing is lost where no column gives them: no count is made of their being empty.
_NO_LOSS = (
    "product",
    "area",
    "theme",
    "extracted",
    "cohort",
    "currency",
    "nature",
    "joined",
    "left",
)


def propose(path: Path, catalogue: Catalogue, wishes: Wishes, label: str = "") -> Proposal:
    """The format of an export that none of the catalogue reads, as far as it can be told.

    A column gives a field where its header is one by which another format of the table knows the
    field, or has words of one; the cells must then be of the field's kind. Columns that may tell of
    persons give none. What is likely but not sure is asked for, with the guess.

    Raises
    ------
    ObservError
        Where the file holds no table, or nothing but columns about persons.
    UsageError
        For wishes that cannot be: all of them at once.
    """
    layout, grid = table_in(path)
    seen = looks(grid)
    if wishes.date_form:
        try:
            check_form(wishes.date_form)
        except ValueError as error:
            raise UsageError(str(error)) from error
    if all(look.about or look.holds for look in seen):
        told = "; ".join(f"{_shown(look)}: {look.about or look.holds}" for look in seen)
        raise ObservError(f"{path}: holds nothing that may be read: {told}")
    tables = _tables(seen, catalogue)
    table = wishes.table or _best(tables)
    if faults := list(_wrong(path, wishes, table, seen)):
        raise UsageError(*faults)
    if table is None:
        guess = max(tables, key=lambda name: tables[name])
        question = Question(
            "table", (), "into which table it is read cannot be told", tuple(FIELDS),
            guess if tables[guess] > 0 else None,
        )  # fmt: skip
        return Proposal({}, [question], {})
    return _of_table(layout, seen, table, catalogue, wishes, label or path.stem)


def _of_table(
    layout: Layout,
    seen: list[Look],
    table: str,
    catalogue: Catalogue,
    wishes: Wishes,
    label: str,
) -> Proposal:
    """The format of a table, of the columns that fit its fields."""
    kinds = FIELDS[table]
    chosen, questions, offers = _chosen(seen, table, catalogue, wishes)
    forms = _forms(chosen, kinds, wishes)
    columns: dict[str, Any] = {}
    for name in (name for name in kinds if name in chosen):
        told, asked = _column(chosen[name], name, table, catalogue, wishes, forms.get(name, ()))
        columns[name] = told
        questions += asked
    used = {look.title for look in chosen.values()}
    unread = {
        look.title: look.about or look.holds or "it fits no field of the table"
        for look in seen
        if look.title not in used
    }
    persons = [look.title for look in seen if look.title not in used and (look.about or look.holds)]
    lost = [
        name
        for name, kind in kinds.items()
        if name not in chosen and name not in _NO_LOSS and kind[-1] in "?~"
    ]
    raw: dict[str, Any] = {"label": label, "table": table}
    if surrounding := layout.model_dump(exclude_defaults=True, mode="json"):
        raw["layout"] = surrounding
    raw["columns"] = columns
    if "day" in columns and "month" in kinds:
        raw["sums"] = True
    if persons:
        raw["never_read"] = list(dict.fromkeys(persons))
    if lost:
        raw["unknown"] = {name: "no column of the export gives it" for name in lost}
    shown = {_shown(look): unread[look.title] for look in seen if look.title in unread}
    lines = tuple(
        f"{name}: {personal.shown(word)} ({count}) is {_meaning(columns[name], word)}"
        for name in chosen
        if isinstance(columns[name], dict) and "words" in columns[name]
        for word, count in chosen[name].cells.most_common()
    )
    order = ("table", "columns", "date_form", "units", "words")
    unique = {question.option + "".join(question.key): question for question in questions}
    return Proposal(
        raw, sorted(unique.values(), key=lambda q: order.index(q.about)), shown, lines, offers
    )


def _shown(look: Look) -> str:
    return _shown_title(look.title)


def _shown_title(title: str) -> str:
    return header_shown(title, names=False)[1:-1]


def _meaning(column: Mapping[str, Any], word: str) -> str:
    return next(
        (value for value, words in column["words"].items() if word in words),
        "refused: rows with it are rejected",
    )


def _wrong(path: Path, wishes: Wishes, table: str | None, seen: list[Look]) -> Iterator[str]:
    """What is wrong with wishes."""
    if table is not None and table not in FIELDS:
        yield f"table {table!r}: no format reads into it; allowed: {', '.join(FIELDS)}"
        return
    kinds = FIELDS[table] if table else {}
    for name in (*wishes.columns, *wishes.words, *wishes.units):
        if table and name not in kinds:
            yield f"field {name!r}: the table {table} has none; allowed: {', '.join(kinds)}"
    by_title = {folded(look.title): look for look in seen}
    titles = [folded(look.title) for look in seen]
    for name, title in wishes.columns.items():
        look = by_title.get(folded(title))
        if name not in kinds:
            continue
        if title == NONE:
            if kinds[name][-1] not in "?~":
                yield f"field {name!r}: the table {table} cannot do without; name its column"
            continue
        if look is None:
            there = ", ".join(repr(_shown(look)) for look in seen)
            yield f"{path}: has no column {title!r} for {name}; its columns are {there}"
        elif titles.count(folded(title)) > 1:
            yield f"{path}: has two columns {title!r}; rename one, or leave it out of the export"
        elif why := look.hidden(kinds[name].rstrip("?~")):
            yield f"{path}: column {title!r} is not read for {name}: {why}"
    for name, unit in wishes.units.items():
        if unit not in _UNITS:
            yield f"unit {unit!r} of {name}: allowed: {', '.join(_UNITS)}"


def _synonyms(table: str, catalogue: Catalogue) -> dict[str, set[str]]:
    """The headers by which the formats of a table know each field, folded.

    What a format has to work out, such as a moment from a delay, is the field by no header alone.
    """
    found = {name: {folded(name)} for name in FIELDS[table]}
    for form in catalogue.formats.values():
        if form.table == table:
            for name, column in form.columns.items():
                if column.model_dump(exclude_defaults=True).keys() <= _PLAIN:
                    found.setdefault(name, set()).update(map(folded, column.headers))
    return found


def _needed(table: str, catalogue: Catalogue, there: Iterable[str]) -> list[str]:
    """The fields without which no format of a table reads: those of the one of which most is there.

    A table may be fed in several ways, such as by month or by day.
    """
    there = {*there}
    ways = [
        [name for name, column in form.columns.items() if not column.optional]
        for form in catalogue.formats.values()
        if form.table == table and form.columns
    ]
    ways = [way for way in ways if way]
    ways = ways or [[name for name, kind in FIELDS[table].items() if kind[-1] not in "?~"]]
    return max(ways, key=lambda way: (sum(name in there for name in way) / _of(way), -len(way)))


def _tables(seen: list[Look], catalogue: Catalogue) -> dict[str, float]:
    """How well each table fits: the share of the fields that it needs which a column gives."""
    found = {}
    for table in (name for name in FIELDS if name not in REFERENCE):
        likely = {
            name: max((score for _, score in of), default=0.0)
            for name, of in _candidates(seen, table, catalogue).items()
        }
        way = _needed(table, catalogue, [name for name, score in likely.items() if score])
        found[table] = sum(likely.get(name, 0.0) for name in way) / _of(way)
    return found


def _of(way: list[str]) -> int:
    """How many fields a way is said to need: one or two, such as a day alone, fit by chance."""
    return max(len(way), 3)


def _best(tables: Mapping[str, float]) -> str | None:
    """The table that fits most, where it does well and no other does nearly."""
    first, second = sorted(tables, key=lambda name: -tables[name])[:2]
    sure = tables[first] >= _SURE and tables[first] - tables[second] >= _MARGIN
    return first if sure else None


def _candidates(
    seen: list[Look], table: str, catalogue: Catalogue
) -> dict[str, list[tuple[Look, float]]]:
    """The columns that may give each field, the likeliest first; 1 is sure."""
    synonyms = _synonyms(table, catalogue)
    found: dict[str, list[tuple[Look, float]]] = {}
    for name, kind in FIELDS[table].items():
        scored = [(look, _alike(look.title, synonyms[name])) for look in seen]
        some = [(look, score) for look, score in scored if score]
        fitting = [(look, score) for look, score in some if fits(look, kind, name, catalogue)]
        if kind.startswith("words"):  # none of which says anything known
            known = _meanings(name, table, catalogue)
            fitting = [
                (
                    look,
                    score if any(fold_label(cell) in known for cell in look.cells) else score / 2,
                )
                for look, score in fitting
            ]
        found[name] = sorted(fitting, key=lambda one: -one[1])
    return found


def _alike(title: str, synonyms: set[str]) -> float:
    """1 where a header is a synonym; else up to a half, by the words that it shares with one."""
    if folded(title) in synonyms:
        return 1.0
    words = words_of(title)
    shares = [
        len(words & words_of(other)) / len(words | words_of(other))
        for other in synonyms
        if words_of(other)
    ]
    return max(shares, default=0.0) / 2


def _chosen(
    seen: list[Look], table: str, catalogue: Catalogue, wishes: Wishes
) -> tuple[dict[str, Look], list[Question], tuple[Question, ...]]:
    """The column of each field that is sure; questions of those needed, and of all others."""
    kinds = FIELDS[table]
    by_title = {folded(look.title): look for look in seen}
    chosen = {
        name: by_title[folded(title)] for name, title in wishes.columns.items() if title != NONE
    }
    titles = [folded(look.title) for look in seen]
    likely = _candidates(seen, table, catalogue)
    guesses: dict[str, str] = {}
    ranked = sorted(
        ((score, name, look) for name, of in likely.items() for look, score in of),
        key=lambda one: -one[0],
    )
    for score, name, look in ranked:
        taken = [one.title for one in chosen.values()]
        if name in wishes.columns or name in chosen or look.title in taken:
            continue
        rivals = [other for other, high in likely[name] if high == score and other is not look]
        rivals = [other for other in rivals if other.title not in taken]
        twice = titles.count(folded(look.title)) > 1
        if score == 1 and not rivals and not twice:
            chosen[name] = look
        elif look.title not in guesses.values():
            guesses.setdefault(name, look.title)
    needed = _needed(table, catalogue, [*chosen, *guesses])
    asked = {
        name: _which(name, name in needed, guesses.get(name), seen, chosen, table, catalogue)
        for name in dict.fromkeys((*needed, *kinds))
        if name not in chosen and name not in wishes.columns
    }
    offers = tuple(
        question
        for name, question in asked.items()
        if name not in needed and kinds[name][-1] in "?~" and len(question.answers) > 1
    )
    questions = [asked[name] for name in needed if name in asked]
    return chosen, [one for one in questions if one.answers != (NONE,)], offers


def _which(
    name: str,
    needed: bool,
    guess: str | None,
    seen: list[Look],
    chosen: Mapping[str, Look],
    table: str,
    catalogue: Catalogue,
) -> Question:
    """The question of which column gives a field: one of those that are free and would do."""
    kind = FIELDS[table][name]
    titles = [folded(look.title) for look in seen]
    taken = {look.title for look in chosen.values()}
    twice = [look.title for look in seen if titles.count(folded(look.title)) > 1]
    answers = [
        look.title
        for look in seen
        if look.title not in (*taken, *twice) and fits(look, kind, name, catalogue)
    ]
    text = f"which column gives {name} ({_said(kind)}) cannot be told"
    if kind[-1] in "?~":
        answers.append(NONE)
        text += f"; {NONE} is none"
    elif not answers:
        text = f"no column can be read as {name}, without which {table} cannot be read"
        text += f"; two columns are headed {_shown_title(twice[0])!r}, rename one" if twice else ""
    guess = guess if guess in answers else None if needed else NONE
    return Question("columns", (name,), text, tuple(answers), guess)


def _said(kind: str) -> str:
    return {"words": "one of some words", "time": "a duration", "times": "a total duration"}.get(
        kind.rstrip("?~"), kind.rstrip("?~")
    )


def _forms(
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


def _column(
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
    if kind in ("time", "times"):
        unit = wishes.units.get(name) or unit_of(look)
        if unit is None:
            some = ", ".join([*look.cells][:3])
            text = f"in which unit {look.title!r} counts ({some}) cannot be told"
            questions.append(Question("units", (name,), text, _UNITS))
        elif unit != "clock":
            told["unit"] = unit
    if kind == "words":
        told["words"], asked = _words(look, name, table, catalogue, wishes)
        questions += asked
        if not told["words"] and not asked:
            raise UsageError(f"column {look.title!r}: none of its words stands for any {name}")
    return (told["headers"] if len(told) == 1 else told), questions


def _meanings(name: str, table: str, catalogue: Catalogue) -> dict[str, list[str]]:
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
    meanings = _meanings(name, table, catalogue)
    values = list(dict.fromkeys(one for some in meanings.values() for one in some))
    given = {fold_label(word): value for word, value in wishes.words.get(name, {}).items()}
    told: dict[str, list[str]] = {}
    questions: list[Question] = []
    for word, count in look.cells.most_common():
        value: str | None = given.get(fold_label(word))
        if value is None and len(some := meanings.get(fold_label(word), [])) == 1:
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
