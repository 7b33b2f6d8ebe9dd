"""A format for an export of which none is known: what is told of it, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from observlib.base import personal
from observlib.base.errors import ObservError, UsageError
from observlib.base.text import fold_label
from observlib.catalogue import FIELDS, Catalogue, Layout
from observlib.catalogue.formats import NEEDED, check_form
from observlib.catalogue.tables import REFERENCE
from observlib.desk.scaffold import columns as of_columns
from observlib.desk.scaffold.columns import (
    UNITS,
    described,
    forms_told,
    in_utc,
    meanings,
    scale_fault,
)
from observlib.desk.scaffold.looks import (
    COUNTED,
    Look,
    first_bytes,
    fits,
    looks,
    may_be_total,
    table_in,
    words_of,
)
from observlib.desk.scaffold.proposal import NONE, Proposal, Question, Wishes
from observlib.loaders._text import header_label, header_shown

_PLAIN = {"headers", "optional", "first_of", "empty", "words", "forms", "unit"}
_SURE = 0.75  # of the fields that a table needs, to be the one
_MARGIN = 0.2  # by which a table must fit better than all others
_LIKELY = 0.3  # at least, of a table that is offered as a guess
_NUMBERS = ("answer", "ticket")  # which are each row's own, so that a header of more words will do
# Fields without which a table may be, though none of their cells may be empty.
_BESIDES = ("answer_id", "wait")
# Fields of which nothing is lost where no column gives them: no count is made of their being empty.
_NO_LOSS = (
    "product",
    "area",
    "theme",
    "extracted",
    "answers",
    "cohort",
    "currency",
    "discount",
    "price",
    "nature",
    "joined",
    "left",
)


def propose(path: Path, catalogue: Catalogue, wishes: Wishes, label: str = "") -> Proposal:
    """The format of an export that none of the catalogue reads, as far as it can be told.

    A column gives a field where its header is one by which another format of the table knows the
    field, or has words of one; the cells must then be of the field's kind. Columns that may tell of
    persons give none. What is likely but not sure is asked for, with the guess.
    """
    first_bytes(path)
    layout, seen = _looked_at(path, path.stat().st_mtime_ns)
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
        guess, second = sorted(tables, key=lambda name: -tables[name])[:2]
        clear = tables[guess] >= _LIKELY and tables[guess] - tables[second] >= _MARGIN
        text = "into which table it is read cannot be told (docs/reference/tables.md tells of them)"
        question = Question("table", (), text, tuple(FIELDS), guess if clear else None)
        return Proposal({}, [question], {})
    return _of_table(layout, seen, table, catalogue, wishes, label or path.stem)


@lru_cache(1)
def _looked_at(path: Path, saved: int) -> tuple[Layout, list[Look]]:
    """What a file looks like: each answer to a question asks for it again."""
    layout, grid = table_in(path)
    return layout, looks(grid)


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
    forms = forms_told(chosen, kinds, wishes)
    wishes = replace(wishes, columns={name: look.title for name, look in chosen.items()})
    columns: dict[str, Any] = {}
    for name in (name for name in kinds if name in chosen):
        told, asked = described(chosen[name], name, table, catalogue, wishes, forms.get(name, ()))
        columns[name] = told
        questions += asked
    free = [look for look in seen if look not in chosen.values()]
    rules, asked = of_columns.kept_by(free, table, wishes)
    if not any(question.about == "columns" for question in questions):  # of which one may be such
        questions += asked
    survey = table == "responses"  # of which only what a questionnaire asks is read
    used = {rule["header"] for rule in rules}
    unread = {
        look.title: "an answer, if the questionnaire asks it"
        if survey
        else look.about or look.holds or "it fits no field of the table"
        for look in free
        if look.title not in used
    }
    persons = [] if survey else [look.title for look in free if look.about or look.holds]
    lost = [
        name
        for name, kind in kinds.items()
        if name not in chosen and name not in _NO_LOSS and _may_lack(name, kind)
        if name != "revenue" or "price" not in chosen  # of which revenue is made
    ]
    raw: dict[str, Any] = {"label": label, "table": table}
    if surrounding := layout.model_dump(exclude_defaults=True, mode="json"):
        raw["layout"] = surrounding
    raw |= {"columns": columns} | ({"keep": rules} if rules else {})
    if survey:
        raw["answers"], asked = of_columns.answers_of(seen, wishes)
        questions += asked
    if in_utc(chosen, kinds):
        raw["zone"] = "UTC"
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
    order = ("table", "columns", "date_form", "units", "scales", "words", "separator")
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
    titles = [header_label(look.title) for look in seen]
    states = [header_label(look.title) for look in seen if not (look.about or look.holds)]
    for name in (*wishes.columns, *wishes.words, *wishes.units, *wishes.scales):
        if table and name not in kinds and header_label(name) not in states:
            yield f"field {name!r}: the table {table} has none; allowed: {', '.join(kinds)}"
    by_title = {header_label(look.title): look for look in seen}
    for name, title in wishes.columns.items():
        look = by_title.get(header_label(title))
        if name not in kinds:
            continue
        if title == NONE:
            if not _may_lack(name, kinds[name]):
                yield f"field {name!r}: the table {table} cannot do without; name its column"
            continue
        if look is None:
            there = ", ".join(repr(_shown(look)) for look in seen)
            yield f"{path}: has no column {title!r} for {name}; its columns are {there}"
        elif titles.count(header_label(title)) > 1:
            yield f"{path}: has two columns {title!r}; rename one, or leave it out of the export"
        elif why := look.hidden(kinds[name].rstrip("?~")):
            yield f"{path}: column {title!r} is not read for {name}: {why}"
        elif kinds[name].rstrip("?~") in COUNTED and not may_be_total(look, name):
            yield (
                f"{path}: column {title!r} is not read for {name}: its header is that of a mean, "
                f"a share or something else, of which no total of {name} can be made"
            )
    for name, said in wishes.scales.items():
        if fault := scale_fault(said):
            yield f"scale {said!r} of {name}: {fault}"
    for name, unit in wishes.units.items():
        if unit not in UNITS:
            yield f"unit {unit!r} of {name}: allowed: {', '.join(UNITS)}"


def _synonyms(table: str, catalogue: Catalogue) -> dict[str, set[str]]:
    """The headers by which the formats of a table know each field, folded.

    What a format has to work out, such as a moment from a delay, is the field by no header alone.
    """
    found = {name: {header_label(name)} for name in FIELDS[table]}
    for form in catalogue.formats.values():
        if form.table == table:
            for name, column in form.columns.items():
                if column.model_dump(exclude_defaults=True).keys() <= _PLAIN:
                    found.setdefault(name, set()).update(map(header_label, column.headers))
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
        if not all(any(likely.get(name) for name in some) for some in NEEDED.get(table, ())):
            found[table] /= 2
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
        if kind.startswith("time") and not kind.startswith(
            "times"
        ):  # a call's, of which it is a part
            fitting = [
                (look, score / 2 if "total" in words_of(look.title) else score)
                for look, score in fitting
            ]
        if kind.startswith("words"):  # none of which says anything known
            known = meanings(name, table, catalogue)
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
    if header_label(title) in synonyms:
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
    by_title = {header_label(look.title): look for look in seen}
    chosen = {
        name: by_title[header_label(title)]
        for name, title in wishes.columns.items()
        if title != NONE
    }
    titles = [header_label(look.title) for look in seen]
    likely = _candidates(seen, table, catalogue)
    alike: dict[str, Look] = {}
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
        twice = titles.count(header_label(look.title)) > 1
        if score == 1 and not rivals and not twice:
            chosen[name] = look
        elif look not in alike.values():
            alike.setdefault(name, look)
    needed = _needed(table, catalogue, [*chosen, *alike])
    known = _synonyms(table, catalogue)
    guesses = {name: look.title for name, look in alike.items()
               if kinds[name] in _NUMBERS and _holds_one(look.title, known[name])}  # fmt: skip
    asked = {
        name: _which(name, name in needed, guesses.get(name), seen, chosen, table, catalogue)
        for name in dict.fromkeys((*needed, *kinds))
        if name not in chosen and name not in wishes.columns
    }
    offers = tuple(
        question
        for name, question in asked.items()
        if name not in needed and _may_lack(name, kinds[name]) and len(question.answers) > 1
    )
    questions = [
        asked[name]
        for name in needed
        if name in asked and not (kinds[name] == "count?" and name not in alike)
    ]
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
    titles = [header_label(look.title) for look in seen]
    taken = {look.title for look in chosen.values()}
    twice = [look.title for look in seen if titles.count(header_label(look.title)) > 1]
    answers = [
        look.title
        for look in seen
        if look.title not in (*taken, *twice) and fits(look, kind, name, catalogue)
    ]
    text = f"which column gives {name} ({_said(kind)}) cannot be told"
    if _may_lack(name, kind):
        answers.append(NONE)
        text += f"; {NONE} is none"
    elif not answers:
        text = f"no column can be read as {name}, without which {table} cannot be read"
        text += f"; two columns are headed {_shown_title(twice[0])!r}, rename one" if twice else ""
    guess = guess if guess in answers else None if needed else NONE
    return Question("columns", (name,), text, tuple(answers), guess)


def _may_lack(name: str, kind: str) -> bool:
    """Whether a format may be without a field."""
    return kind[-1] in "?~" or name in _BESIDES


def _holds_one(title: str, synonyms: set[str]) -> bool:
    """Whether a header has all words of a synonym: `N° de dossier`, and not `Review title`."""
    return any(words and words <= words_of(title) for words in map(words_of, synonyms))


def _said(kind: str) -> str:
    return {"words": "one of some words", "time": "a duration", "times": "a total duration"}.get(
        kind.rstrip("?~"), kind.rstrip("?~")
    )
