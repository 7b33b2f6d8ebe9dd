"""A format for an export of which none is known: what is told of it, and what is asked."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from observlib.base import personal
from observlib.base.errors import ObservError, UsageError
from observlib.base.text import fold_label
from observlib.base.yaml_files import dump
from observlib.catalogue import FIELDS, Catalogue, Format
from observlib.catalogue.entries import fault_texts as in_words
from observlib.catalogue.formats import NEEDED, check_form
from observlib.catalogue.tables import FACT_TABLES
from observlib.desk import recognise
from observlib.desk.recognise import Look
from observlib.loaders._text import header_label, header_shown

_COUNTS = "counts"  # what an answer says of a word, in a column of states, of rows that count
_NONE = "-"  # what an answer says of a field without a column, or of a word that stands for nothing
_SURE = 0.75  # of the fields that a table needs, to be the one
_MARGIN = 0.2  # by which a table must fit better than all others
_LIKELY = 0.3  # at least, of a table that is offered as a guess
_PLAIN = {"headers", "optional", "first_of", "empty", "words", "forms", "unit"}
_NUMBERS = ("answer", "ticket")  # which are each row's own, so that a header of more words will do
_BESIDES = ("answer_id", "wait")  # without which a table may be, though no cell may be empty
# Fields of which nothing is lost where no column gives them: their being empty is counted nowhere.
_NO_LOSS = {
    *("answers", "area", "cohort", "currency", "discount", "extracted"),
    *("joined", "left", "nature", "price", "product", "theme"),
}
_MADE_OF = {  # fields that no column gives, where one gives their parts
    "revenue": {"price"},
    "value": {"satisfaction", "clarity", "help_reached", "help_satisfaction"},
}
_MEANS = {"audience": ("actions", "seconds")}  # what may be told as a mean of the visits
_APART = (";", ", ", "|")  # between several answers in one cell
# Of marks, worst and best.
_SCALES = ("0,1", "1,3", "1,4", "1,5", "1,6", "1,7", "0,5", "1,10", "0,10", "0,20", "0,100")
_ORDER = ("table", "columns", "date_form", "units", "scales", "words", "separator")


@dataclass
class Wishes:
    """What has been decided: the table, headers by field, values by word, units by field."""

    table: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)
    separator: str | None = None
    date_form: str | None = None

    def __bool__(self) -> bool:
        return replace(self, date_form=None) != Wishes()


@dataclass(frozen=True)
class OpenQuestion:
    """What cannot be told from a file (`key`, in a part of `Wishes`), and the answers allowed."""

    about: str
    key: tuple[str, ...]
    text: str
    answers: tuple[str, ...]
    guess: str | None = None

    def written(self, answer: str) -> str:
        """The option that gives an answer, as a shell takes it."""
        if self.about == "words":
            return f'--word "{self.key[0]}.{answer}={self.key[1]}"'
        if self.about == "columns":
            return f'--column "{self.key[0]}={answer}"'
        option = "--" + self.about.removesuffix("s").replace("_", "-")
        said = f'"{answer}"' if re.search(r"[^\w,…-]", answer) else answer
        return f"{option} {self.key[0]}={said}" if self.key else f"{option} {said}"


@dataclass(frozen=True)
class Proposal:
    """What a format says; what is asked first, or may be (`offers`); what words stand for."""

    raw: dict[str, Any]
    questions: list[OpenQuestion]
    unread: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    offers: tuple[OpenQuestion, ...] = ()

    def form(self, name: str) -> Format:
        """The format, checked."""
        try:
            return Format.model_validate({"id": name, **self.raw})
        except ValidationError as error:
            faults = in_words(error, Format, {"id": name, **self.raw})
            raise ObservError(*(f"format {name!r}: {said}" for _, said in faults)) from error

    def text(self) -> str:
        """The format as the YAML of its file."""
        return dump(self.raw, width=95)


def propose(path: Path, catalogue: Catalogue, wishes: Wishes, label: str = "") -> Proposal:
    """The format of an export that none of the catalogue reads, as far as it can be told.

    A column gives a field where another format of the table knows the field by its header or words,
    and the cells are of its kind. Columns that may tell of persons give none. What is likely but
    not sure is asked for, with the guess.
    """
    recognise.first_bytes(path)
    layout, seen = recognise.looked_at(path, path.stat().st_mtime_ns)
    if wishes.date_form:
        try:
            check_form(wishes.date_form)
        except ValueError as error:
            raise UsageError(str(error)) from error
    if all(look.unread for look in seen):
        told = "; ".join(f"{_shown(look.title)}: {look.unread}" for look in seen)
        raise ObservError(f"{path}: holds nothing that may be read: {told}")
    table = wishes.table
    if table is not None and table not in FIELDS:
        raise UsageError(f"table {table!r}: no format reads into it; allowed: {', '.join(FIELDS)}")
    if table is None:
        names = [name for name in FIELDS if name not in FACT_TABLES]
        scores = {name: _Export(seen, name, catalogue, Wishes()).score() for name in names}
        guess, second = sorted(names, key=lambda name: -scores[name])[:2]
        clear = scores[guess] - scores[second] >= _MARGIN
        table = guess if clear and scores[guess] >= _SURE else None
    if table is None:
        text = "into which table it is read cannot be told (docs/reference/tables.md tells of them)"
        guesses = guess if clear and scores[guess] >= _LIKELY else None
        return Proposal({}, [OpenQuestion("table", (), text, tuple(FIELDS), guesses)])
    export = _Export(seen, table, catalogue, wishes)
    if faults := list(_wrong(path, export)):
        raise UsageError(*faults)
    layout_told = layout.model_dump(exclude_defaults=True, mode="json")
    about = {"label": label or path.stem, "table": table}
    return _of_table(export, about | ({"layout": layout_told} if layout_told else {}))


@dataclass(frozen=True)
class _Export:
    """The columns of a file, a table into which they may be read, and what has been decided."""

    seen: list[Look]
    table: str
    catalogue: Catalogue
    wishes: Wishes
    asked: list[OpenQuestion] = field(default_factory=list)  # what cannot be told

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of the table's fields."""
        return FIELDS[self.table]

    @cached_property
    def by_title(self) -> dict[str, Look]:
        """The columns by their headers, folded."""
        return {header_label(look.title): look for look in self.seen}

    @cached_property
    def titles(self) -> Counter[str]:
        """The headers, folded, with how often each is there."""
        return Counter(header_label(look.title) for look in self.seen)

    @cached_property
    def formats(self) -> list[Format]:
        """The formats of the table that are known."""
        return [form for form in self.catalogue.formats.values() if form.table == self.table]

    @cached_property
    def synonyms(self) -> dict[str, set[str]]:
        """The headers by which formats know each field that they have not to work out, folded."""
        found = {name: {header_label(name)} for name in self.kinds}
        for form in self.formats:
            for name, column in form.columns.items():
                if column.model_dump(exclude_defaults=True).keys() <= _PLAIN:
                    found.setdefault(name, set()).update(map(header_label, column.headers))
        return found

    def meanings(self, name: str) -> dict[str, list[str]]:
        """The values for which words stand in the formats, by the folded word."""
        found: dict[str, list[str]] = {}
        for form in self.formats:
            column = form.columns.get(name)
            for value, words in column.words.items() if column else ():
                for word in map(fold_label, words):
                    if word not in ("*", *found) or value not in found.get(word, [value]):
                        found.setdefault(word, []).append(value)
        return found

    def words_given(self, key: str) -> dict[str, str]:
        """What was decided of the words of a field, or of a column that tells a state."""
        given = {header_label(name): words for name, words in self.wishes.words.items()}
        return given.get(header_label(key), {})

    def is_twice(self, look: Look) -> bool:
        """Whether another column has the same header."""
        return self.titles[header_label(look.title)] > 1

    def may_lack(self, name: str) -> bool:
        """Whether a format may be without a field."""
        return self.kinds[name][-1] in "?~" or name in _BESIDES

    def needed(self, there: Iterable[str]) -> list[str]:
        """The fields without which no format reads, of the one of which most is there."""
        columns = [form.columns.items() for form in self.formats]
        ways = [[name for name, column in own if not column.optional] for own in columns]
        ways = [way for way in ways if way]
        ways = ways or [[name for name, kind in self.kinds.items() if kind[-1] not in "?~"]]
        there = {*there}
        return max(ways, key=lambda way: (len(there & {*way}) / _size(way), -len(way)))

    def score(self) -> float:
        """How well the table fits: the share of the fields that it needs which a column gives."""
        likely = {name: some[0][1] for name, some in self.likely.items() if some}
        way = self.needed(likely)
        share = sum(likely.get(name, 0.0) for name in way) / _size(way)
        is_whole = all(likely.keys() & {*some} for some in NEEDED.get(self.table, ()))
        return share if is_whole else share / 2

    @cached_property
    def likely(self) -> dict[str, list[tuple[Look, float]]]:
        """The columns that may give each field, the likeliest first; 1 is sure."""
        return {
            name: sorted(self._scores(name, kind), key=lambda one: -one[1])
            for name, kind in self.kinds.items()
        }

    def _scores(self, name: str, kind: str) -> Iterator[tuple[Look, float]]:
        known = self.meanings(name) if kind.startswith("words") else {}
        for look in self.seen:
            score = _alike(look, self.synonyms[name])
            if not score or not recognise.fits(look, kind, name, self.catalogue):
                continue
            # a part of a total time, or a column without a word that is known
            is_whole = kind.rstrip("?~") == "time" and "total" in look.words
            has_known = not known.keys().isdisjoint(map(fold_label, look.cells))
            says_nothing = kind.startswith("words") and not has_known
            yield look, score / 2 if is_whole or says_nothing else score


def _size(way: list[str]) -> int:
    """How many fields a way is said to need: one or two, such as a day alone, fit by chance."""
    return max(len(way), 3)


def _alike(look: Look, synonyms: set[str]) -> float:
    """1 where a header is a synonym; else up to a half, by the words that it shares with one."""
    if header_label(look.title) in synonyms:
        return 1.0
    others = [words for other in synonyms if (words := recognise.words_of(other))]
    shares = (len(look.words & words) / len(look.words | words) for words in others)
    return max(shares, default=0.0) / 2


def _shown(title: str) -> str:
    return header_shown(title, names=False)[1:-1]


def _wrong(path: Path, export: _Export) -> Iterator[str]:
    """What is wrong with wishes."""
    wishes, kinds, table = export.wishes, export.kinds, export.table
    states = [title for title, look in export.by_title.items() if not look.unread]
    for name in (*wishes.columns, *wishes.words, *wishes.units, *wishes.scales):
        if name not in kinds and header_label(name) not in states:
            yield f"field {name!r}: the table {table} has none; allowed: {', '.join(kinds)}"
    for name, title in wishes.columns.items():
        look = export.by_title.get(header_label(title))
        if name not in kinds or (title == _NONE and export.may_lack(name)):
            continue
        kind = kinds[name].rstrip("?~")
        if title == _NONE:
            yield f"field {name!r}: the table {table} cannot do without; name its column"
        elif look is None:
            there = ", ".join(repr(_shown(look.title)) for look in export.seen)
            yield f"{path}: has no column {title!r} for {name}; its columns are {there}"
        elif export.is_twice(look):
            yield f"{path}: has two columns {title!r}; rename one, or leave it out of the export"
        elif why := look.hidden(kind):
            yield f"{path}: column {title!r} is not read for {name}: {why}"
        elif kind in recognise.ADDITIVE_KINDS and not look.may_be_total(name):
            why = "its header is that of a mean, a share or something else, of which no total of"
            yield f"{path}: column {title!r} is not read for {name}: {why} {name} can be made"
    for name, said in wishes.scales.items():
        ends = _ends(said)
        if len(ends) != 2 or not ends[0] < ends[1]:
            how = "write its worst mark and its best, such as 1,5; the worst is the lowest"
            yield f"scale {said!r} of {name}: {how}"
    for name, unit in wishes.units.items():
        if unit not in recognise.UNITS:
            yield f"unit {unit!r} of {name}: allowed: {', '.join(recognise.UNITS)}"


# --- Which column gives which field


def _chosen(export: _Export) -> dict[str, Look]:
    """The column of each field that is sure: named, or the only one with a header of the field."""
    wishes = export.wishes
    named = {name: title for name, title in wishes.columns.items() if title != _NONE}
    chosen = {name: export.by_title[header_label(title)] for name, title in named.items()}
    for name, some in export.likely.items():
        free = [look for look, score in some if score == 1 and look not in chosen.values()]
        if name not in wishes.columns and len(free) == 1 and not export.is_twice(free[0]):
            chosen[name] = free[0]
    return chosen


def _which(export: _Export, chosen: dict[str, Look]) -> tuple[OpenQuestion, ...]:
    """Ask which column gives each field that is needed; what may be asked of other fields."""
    kinds = export.kinds
    taken = [*chosen.values()]
    scores = [(score, name, look) for name, of in export.likely.items() for look, score in of]
    likely: dict[str, Look] = {}  # each column for one field
    for _, name, look in sorted(scores, key=lambda one: -one[0]):
        is_open = name not in chosen and name not in export.wishes.columns
        if is_open and look not in (*taken, *likely.values()):
            likely.setdefault(name, look)
    needed = export.needed([*chosen, *likely])
    offers: list[OpenQuestion] = []
    for name in dict.fromkeys((*needed, *kinds)):
        if name in chosen or name in export.wishes.columns:
            continue
        guess = likely.get(name) if kinds[name] in _NUMBERS else None
        one = _which_column(export, name, name in needed, guess, taken)
        is_asked = one.answers != (_NONE,) and (kinds[name] != "count?" or name in likely)
        if name in needed and is_asked:
            export.asked.append(one)
        elif name not in needed and export.may_lack(name) and len(one.answers) > 1:
            offers.append(one)
    return tuple(offers)


def _which_column(
    export: _Export, name: str, needed: bool, likeliest: Look | None, taken: list[Look]
) -> OpenQuestion:
    """The question of which column gives a field: one of those that are free and would do."""
    kind = export.kinds[name]
    twice = [look.title for look in export.seen if export.is_twice(look)]
    free = [look for look in export.seen if look not in taken and look.title not in twice]
    answers = [look.title for look in free if recognise.fits(look, kind, name, export.catalogue)]
    plain = kind.rstrip("?~")
    said = {"words": "one of some words", "time": "a duration", "times": "a total duration"}
    text = f"which column gives {name} ({said.get(plain, plain)}) cannot be told"
    if export.may_lack(name):
        answers.append(_NONE)
        text += f"; {_NONE} is none"
    elif not answers:
        text = f"no column can be read as {name}, without which {export.table} cannot be read"
        text += f"; two columns are headed {_shown(twice[0])!r}, rename one" if twice else ""
    guess = None if needed else _NONE
    # `N° de dossier` has all words of a synonym, and not `Review title`
    synonyms = filter(None, map(recognise.words_of, export.synonyms[name]))
    if likeliest and likeliest.title in answers and any(w <= likeliest.words for w in synonyms):
        guess = likeliest.title
    return OpenQuestion("columns", (name,), text, tuple(answers), guess)


# --- What a format says of the table, and what is to be asked of it


def _of_table(export: _Export, raw: dict[str, Any]) -> Proposal:
    """The format of a table, of the columns that fit its fields."""
    table, kinds = export.table, export.kinds
    chosen = _chosen(export)
    offers = _which(export, chosen)
    aside = replace(export, asked=[]) if export.asked else export  # a rule may be such a column
    titles = {name: look.title for name, look in chosen.items()}
    export = replace(export, wishes=replace(export.wishes, columns=titles))
    forms = _forms(export, chosen)
    ordered = [name for name in kinds if name in chosen]
    columns = {
        name: _described(export, name, chosen[name], forms.get(name, ())) for name in ordered
    }
    free = [look for look in export.seen if look not in chosen.values()]
    rules = list(_kept(aside, free))
    survey = table == "responses"  # of which only what a questionnaire asks is read
    used = {rule["header"] for rule in rules}
    why = "an answer, if the questionnaire asks it" if survey else "it fits no field of the table"
    others = [look for look in free if look.title not in used]
    unread = {_shown(one.title): why if survey else one.unread or why for one in others}
    persons = [] if survey else [look.title for look in free if look.unread]
    made = {name for name, parts in _MADE_OF.items() if parts & chosen.keys()}
    lacking = [name for name in kinds if name not in chosen and export.may_lack(name)]
    lost = [name for name in lacking if name not in (*_NO_LOSS, *made)]
    raw |= {"columns": columns} | ({"keep": rules} if rules else {})
    if survey:
        raw["answers"] = _answers(export)
    if _in_utc([look for name, look in chosen.items() if kinds[name].startswith("moment")]):
        raw["zone"] = "UTC"
    if "day" in columns and "month" in kinds:
        raw["sums"] = True
    if persons:
        raw["never_read"] = list(dict.fromkeys(persons))
    if lost:
        raw["unknown"] = dict.fromkeys(lost, "no column of the export gives it")
    lines = []
    for name, look in chosen.items():
        by_value = columns[name].get("words") if isinstance(columns[name], dict) else None
        values = {word: value for value, own in (by_value or {}).items() for word in own}
        for word, count in look.cells.most_common() if by_value is not None else ():
            means = values.get(word, "refused: rows with it are rejected")
            lines.append(f"{name}: {personal.shown(word)} ({count}) is {means}")
    unique = {(one.about, one.key): one for one in export.asked}
    questions = sorted(unique.values(), key=lambda one: _ORDER.index(one.about))
    return Proposal(raw, questions, unread, tuple(lines), offers)


def _forms(export: _Export, chosen: Mapping[str, Look]) -> dict[str, tuple[str, ...]]:
    """The forms of each field of moments, alike in a tool; two where it cannot be told which."""
    kinds = {name: export.kinds[name].rstrip("?~") for name in chosen}
    found = {
        name: recognise.forms_of(look, kinds[name] == "day", export.wishes.date_form)
        for name, look in chosen.items()
        if kinds[name] in ("moment", "day")
    }
    sure = {forms[0] for forms in found.values() if len(forms) == 1}
    for name, forms in found.items():
        if len(forms) > 1 and len(told := sure & {*forms}) == 1:
            found[name] = (*told,)
    return found


def _in_utc(moments: list[Look]) -> bool:
    """Whether the headers of moments say that these are in UTC."""
    told = [look for look in moments if look.words & {"utc", "gmt"}]
    others = [look for look in moments if look not in told]
    if told and others:
        one, two = (header_shown(look.title, names=False) for look in (told[0], others[0]))
        why = "moments of one format are in one zone; name others by `--column`"
        raise UsageError(f"column {one} is in UTC, and {two} does not say so: {why}")
    return bool(told)


def _described(export: _Export, name: str, look: Look, forms: tuple[str, ...]) -> Any:
    """What a format says of one field."""
    kind = export.kinds[name].rstrip("?~")
    wishes = export.wishes
    told: dict[str, Any] = {"headers": [look.title]}
    some = [*look.cells][:3]
    if kind not in ("words", "theme") and look.empty:
        told["empty"] = look.empty
    if kind in ("moment", "day") and len(forms) > 1:
        held = ", ".join(map(repr, some))
        text = f"{look.title!r} holds {held}: where its month stands cannot be told"
        export.asked.append(OpenQuestion("date_form", (), text, forms))
    elif forms and forms != ("iso",):
        told["forms"] = list(forms)
    if kind == "mark" and "scale_max" not in wishes.columns:
        told |= _marks(export, name, look)
    if look.is_mean and name in _MEANS.get(export.table, ()):
        told["of"] = "visits"
    if kind in ("time", "times"):
        unit = wishes.units.get(name) or look.unit
        if unit is None:
            text = f"in which unit {look.title!r} counts ({', '.join(some)}) cannot be told"
            export.asked.append(OpenQuestion("units", (name,), text, tuple(recognise.UNITS)))
        elif unit != "clock" or "of" in told:
            told["unit"] = unit
    if kind == "words":
        told["words"] = _words(export, name, look)
    return told["headers"] if len(told) == 1 else told


_Meant = dict[str, str | None]  # for what each word of a column stands, if that is known


def _meant(export: _Export, look: Look, question: OpenQuestion, known: Mapping[str, str]) -> _Meant:
    """For what each word of a column stands, as it is said or else known; else it is asked for."""
    (key,) = question.key
    said = {fold_label(word): value for word, value in export.words_given(key).items()}
    meant = {word: {**known, **said}.get(fold_label(word)) for word, _ in look.cells.most_common()}
    for word in [word for word, value in meant.items() if value is None]:
        count = look.cells[word]
        rows = f"{count} row{'s' if count > 1 else ''}"
        about = {"title": repr(look.title), "word": repr(personal.shown(word))}
        text = question.text.format(**about, count=count, rows=rows)
        export.asked.append(replace(question, key=(key, word), text=text))
    return meant


def _by_value(meant: _Meant) -> dict[str, list[str]]:
    """The words of each value."""
    found: dict[str, list[str]] = {}
    for word, value in meant.items():
        if value not in (None, _NONE):
            found.setdefault(str(value), []).append(word)
    return found


def _marks(export: _Export, name: str, look: Look) -> dict[str, Any]:
    """The scale of a column of marks, and the marks for which its words stand."""
    if (said := export.wishes.scales.get(name)) is None:
        export.asked.append(_scale(name, look))
        return {}
    worst, best = _ends(said)
    if look.is_numeric and not export.words_given(name):
        return {"scale": [worst, best]}
    marks = [f"{mark:g}" for mark in range(int(worst), int(best) + 1)] if best - worst <= 10 else []
    text = f"{{title}} is {{word}}: for which mark from {worst:g} to {best:g} it stands cannot be "
    text += f"told; {_NONE} is no answer"
    numbers = {fold_label(cell): cell for cell in look.cells} if look.is_numeric else {}
    meant = _meant(export, look, OpenQuestion("words", (name,), text, (*marks, _NONE)), numbers)
    words = _by_value(meant)
    for mark in words:
        if not worst <= _number(mark) <= best:
            raise UsageError(f"word {name}.{mark}: is no mark from {worst:g} to {best:g}, nor -")
    empty = [word for word in meant if meant[word] == _NONE]
    told = {"scale": [worst, best], "empty": empty, "words": words}
    return {key: value for key, value in told.items() if value}


def _scale(name: str, look: Look) -> OpenQuestion:
    """The question between which marks those of a column are; of words, every scale would do."""
    marks = [*map(_number, look.cells)] if look.is_numeric else []
    low, high = min(marks, default=math.inf), max(marks, default=-math.inf)
    ends = {scale: _ends(scale) for scale in _SCALES}
    fit = [scale for scale, (worst, best) in ends.items() if worst <= low and high <= best]
    exact = [scale for scale in fit if ends[scale] == (low, high) and high - low > 1]
    some = ", ".join(map(personal.shown, [*look.cells][:6]))
    text = f"between which worst and best mark {look.title!r} ({some}) is given cannot be told"
    return OpenQuestion("scales", (name,), text, tuple(fit), exact[0] if exact else None)


def _ends(scale: str) -> tuple[float, ...]:
    """The worst mark of a scale and its best, as it is said."""
    return tuple(map(_number, scale.split(",")))


def _number(text: str) -> float:
    """A number, or NaN."""
    return float(pd.to_numeric(text.replace(",", "."), errors="coerce"))


def _words(export: _Export, name: str, look: Look) -> dict[str, list[str]]:
    """The words of a column by the values that they stand for."""
    known = export.meanings(name)
    values = list(dict.fromkeys(one for some in known.values() for one in some))
    text = f"{{title}} is {{word}} in {{rows}}, which says no {name}; {_NONE} refuses such rows"
    sure = {word: some[0] for word, some in known.items() if len(some) == 1}
    meant = _meant(export, look, OpenQuestion("words", (name,), text, (*values, _NONE)), sure)
    told = _by_value(meant)
    if values and (wrong := [value for value in told if value not in values]):
        raise UsageError(f"word {name}.{wrong[0]}: no such value; allowed: {', '.join(values)}, -")
    if not told and None not in meant.values():
        raise UsageError(f"column {look.title!r}: none of its words stands for any {name}")
    return told


def _kept(export: _Export, free: list[Look]) -> Iterator[dict[str, Any]]:
    """The rules of which rows count, by columns that tell a state."""
    text = f"{{title}} is {{word}} ({{count}}): whether such rows count cannot be told; {_NONE} "
    question = OpenQuestion("words", (), text + "leaves them out", (_COUNTS, _NONE))
    for look in free:
        if export.words_given(look.title) or look.is_state(export.table):
            meant = _meant(export, look, replace(question, key=(look.title,)), {})
            if but := [word for word in meant if meant[word] == _NONE]:
                kept = _by_value(meant).get(_COUNTS)
                yield {"header": look.title} | ({"words": kept} if kept else {"but": but})


def _answers(export: _Export) -> dict[str, Any]:
    """How a survey's export writes several answers to one question."""
    said = export.wishes.separator
    signs = [sign for sign in _APART if any(_has_several(one.cells, sign) for one in export.seen)]
    if said is None and signs:
        text = f"what stands between several answers in a cell cannot be told; {_NONE} is nothing"
        export.asked.append(OpenQuestion("separator", (), text, (*signs, _NONE)))
        return {}
    told: dict[str, Any] = {} if said in (None, _NONE) else {"separator": said}
    titles = {look.title for look in export.seen}
    if any(title.rpartition(" (")[0] in titles for title in titles):  # a column an option, too
        told |= {"option": r"(.+) \((.+)\)"} | ({"repeats": True} if told else {})
    return told


def _has_several(cells: Counter[str], sign: str) -> bool:
    """Whether cells hold several answers, some of which other cells hold too."""
    parts = [{part.strip() for part in cell.split(sign)} - {""} for cell in cells]
    count = Counter(part for some in parts for part in some)
    return any(len(some) > 1 and any(count[part] > 1 for part in some) for some in parts)
