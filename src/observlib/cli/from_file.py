"""`observ device new --from FILE`: what an export holds, shown before its device is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import typer

from observlib.base.errors import ObservError, UsageError
from observlib.cli.printing import plural, rejected, say, say_list

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.desk.scaffold import Match, Proposal, Question, Wishes

Given = dict[str, str | None]


def look(path: Path, given: Given, catalogue: Catalogue, asks: bool) -> Match | None:
    """The loader that reads a file, with which `given` is completed; `None` where none does."""
    from observlib.desk import scaffold

    while True:
        try:
            matches = scaffold.recognised(path, catalogue, given)
            break
        except ObservError as error:
            forms = scaffold.two_forms(error)
            if not (asks and forms) or given.get("date_form"):
                hint = ["say which by `--date-form`"] * bool(forms)
                raise UsageError(*error.problems, *hint) from error
            given["date_form"] = choose(f"{error}\ndate form", forms)
    best = scaffold.equally_good(matches)
    if not best:
        if given.get("loader"):
            raise UsageError(scaffold.why_not(path, catalogue, given))
        return None
    names = [one.shown for one in best]
    if len(best) > 1 and not asks:
        raise UsageError(
            f"{path}: can be read as {' and as '.join(names)}; say which by `--loader`"
            + (" and the key beside it" if any(one.keys for one in best) else "")
        )
    name = names[0] if len(best) == 1 else choose(f"{path.name} can be read in several ways", names)
    match = best[names.index(name)]
    given |= {"loader": match.loader, **match.keys}
    return match


def show(path: Path, match: Match, form: Proposal | None = None, zone: str | None = None) -> None:
    """Print how a file is read: its first rows, what is rejected, told and passed over."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from observlib.catalogue import FIELDS
    from observlib.desk import scaffold

    loaded = match.loaded
    say(f"{path.name}: read as {match.shown}, into the table {loaded.table}")
    rows = scaffold.first_rows(loaded)
    titles = match.titles
    table = Table("field", *(["column of the file"] if titles is not None else []), box=box.SIMPLE)
    for place in range(len(rows)):
        table.add_column(f"row {place + 1}")
    for name in rows:
        told = [] if titles is None else [titles.get(str(name), "")]
        table.add_row(str(name), *map(escape, (*told, *rows[name])))
    say(table)
    refused = [rejected(*row) for row in loaded.rejects.itertuples(index=False)]
    say(f"{plural(loaded.rows, 'row')} would be read, {len(refused)} rejected")
    say_list("The first rejected", refused[:5])
    say_list(plural(loaded.notices, "notice"), loaded.notices)
    if match.unread is None:
        say("Not read: all columns but those that the loader names")
    else:
        not_read = [f"{title}: {why}" for title, why in match.unread.items()]
        say_list(f"{plural(not_read, 'column')} not read", not_read, shown=100)
    if form is not None:
        if not zone and "moment" in {
            FIELDS[loaded.table][name][:6] for name in form.raw["columns"]
        }:
            told = form.raw.get("zone", "Europe/Paris")
            say(f"Moments that tell no offset are those of {told}, unless `--zone` is given")
        say_list("Words", form.words, shown=100)
        say_list(
            "Left out, though a column may give it",
            [f"{one.key[0]}: say {one.written('…')}, which is one of {', '.join(one.answers[:-1])}"
             for one in form.offers],
            shown=100,
        )  # fmt: skip
        say_list("The format", form.text().rstrip().splitlines(), shown=100)


def wished(
    table: str | None, columns: list[str], words: list[str], units: list[str], scales: list[str]
) -> Wishes:
    """What the options of the command decide of a format."""
    from observlib.desk.scaffold import Wishes

    wishes, problems = Wishes(table), []
    shapes = {"column": "FIELD=HEADER", "word": "FIELD.VALUE=WORD", "unit": "FIELD=UNIT",
              "scale": "FIELD=WORST,BEST"}  # fmt: skip
    options = {"column": columns, "word": words, "unit": units, "scale": scales}
    for option, given in options.items():
        for said in given:
            key, equals, told = (part.strip() for part in said.partition("="))
            name, dot, value = key.partition(".")
            if not (name and equals and told) or bool(dot and value) != (option == "word"):
                problems.append(f"--{option} {said!r}: write it {shapes[option]}")
                continue
            parts = {"column": wishes.columns, "unit": wishes.units, "scale": wishes.scales}
            place = parts.get(option)
            if place is None:
                place, name, told = wishes.words.setdefault(name, {}), told, value
            if place.setdefault(name, told) != told:
                problems.append(f"--{option} {said!r}: is told in two ways; keep one")
    if problems:
        raise UsageError(*problems)
    return wishes


def proposed(
    path: Path, given: Given, catalogue: Catalogue, wishes: Wishes, asks: bool
) -> tuple[Proposal, Match]:
    """A format for a file, with what it makes of it; what cannot be told is asked for."""
    from observlib.desk import scaffold

    wishes.date_form, given["table"], given["date_form"] = given["date_form"], None, None
    label = given.get("label") or path.stem
    while True:
        found = scaffold.propose(path, catalogue, wishes, label)
        questions = found.questions or (found.offers if asks else ())
        if not questions:
            break
        if not asks:
            say(f"{path.name}: is of no format that is known")
            raise UsageError(*(f"{path.name}: {_unanswered(one)}" for one in questions))
        _decide(wishes, questions[0])
    form = found.form("essai")
    try:
        match = scaffold.by_form(path, form, catalogue, {k: v for k, v in given.items() if v})
    except KeyError as error:  # of the field that a table takes for granted
        raise UsageError(f"{path}: {form.table} cannot be read without {error}") from error
    if match is None:
        raise ObservError(f"{path}: cannot be read by the format that was made for it")
    return found, replace(match, loader="a format of its own", unread=found.unread)


def _unanswered(question: Question) -> str:
    some = question.answers[:12]
    if not some:
        return question.text
    if question.guess is not None:
        others = [one for one in some if one != question.guess]
        guess = question.written(question.guess)
        rest = f"; or one of {', '.join(others)}" if others else ""
        return f"{question.text}; if it is {question.guess!r}, say {guess}{rest}"
    return f"{question.text}; say {question.written('…')}, which is one of {', '.join(some)}"


def _decide(wishes: Wishes, question: Question) -> None:
    """Ask, and keep the answer among the wishes."""
    if not question.answers:
        raise UsageError(question.text)
    said = choose(question.text, question.answers, question.guess)
    if question.about == "words":
        name, word = question.key
        wishes.words.setdefault(name, {})[word] = said
    elif question.key:
        getattr(wishes, question.about)[question.key[0]] = said
    else:
        setattr(wishes, question.about, said)


def told(match: Match) -> dict[str, object]:
    """The same as data."""
    from observlib.desk import scaffold

    return {
        "loader": match.loader,
        **match.keys,
        "table": match.loaded.table,
        "columns": match.titles,
        "unread": match.unread,
        "rows": len(match.loaded.rows),
        "first": scaffold.first_rows(match.loaded).to_dict("records"),
        "rejects": match.loaded.rejects.to_dict("records"),
        "notices": match.loaded.notices,
    }


def suggested_pattern(path: Path) -> str:
    """The names of exports like a file: digits, which tell of its period, stand for any.

    Examples
    --------
    >>> suggested_pattern(Path("raw/tickets_2026-03.csv"))
    'tickets_*.csv'
    """
    import re

    return re.sub(r"\d[\d_.-]*(?=\.\w+$)|\d[\d-]*", "*", path.name)


def check_pattern(path: Path, given: Mapping[str, str | None], catalogue: Catalogue) -> None:
    """Refuse a pattern by which the very file would not be claimed, or by two devices."""
    pattern = given.get("pattern")
    if pattern and not PurePath(path.name).match(pattern.rpartition("/")[2]):
        raise UsageError(f"pattern {pattern!r}: does not fit {path.name!r}, the file that is shown")
    others = [one.id for one in catalogue.devices.values() if path.match(one.pattern)]
    if others:
        raise UsageError(
            f"{path}: is claimed by the device {others[0]} already, whose pattern fits its name"
        )


def choose(question: str, answers: Sequence[str], guess: str | None = None) -> str:
    """Ask for one of several answers, by its number or itself, until there is one."""
    typer.echo(f"{question}:", err=True)
    for number, one in enumerate(answers, 1):
        typer.echo(f"  {number}. {one}", err=True)
    while True:
        said = (typer.prompt("Which", default=guess) if guess else typer.prompt("Which")).strip()
        if said in answers:
            return str(said)
        if said.isdecimal() and 0 < int(said) <= len(answers):
            return answers[int(said) - 1]
        typer.echo(f"write a number from 1 to {len(answers)}", err=True)
