"""`observ practice new`, `observ study new`, `observ device new`: new files to fill in."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from observlib.base.errors import ObservError, UsageError, bounded
from observlib.cli import printing
from observlib.cli.printing import Data, number_of, print_json, say, say_list, say_table
from observlib.pipeline import project

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.desk.propose import OpenQuestion, Proposal, Wishes
    from observlib.desk.recognise import Match

_Given = dict[str, str | None]
_Text = str | None
_Texts = list[str] | None
practice = typer.Typer(help="Sheets in which teams share what a tool or method taught them.")
study = typer.Typer(help="Notebooks of which the pages of an edition are made.")
device = typer.Typer(help="Listening devices of the catalogue.")
_HINTS = {"id": "such as jdma-boamp", "label": "its name in French"}
_HINTS["personal_data"] = "which its exports hold, in French"
_OF_THE_COMMAND = ("file", "column", "word", "unit", "scale", "separator", "yes", "data")  # no keys


@practice.callback()
@study.callback()
@device.callback()
def _group() -> None:  # so that `new` is a word of its own
    return


@practice.command("new")
def create_practice(
    title: Annotated[str, Argument(help="Title of the sheet; its file is named after it.")],
    department: Annotated[_Text, Option(help="Department that shares it.")] = None,
    tool: Annotated[_Text, Option(help="Tool, of data/practices/vocabulary.yml.")] = None,
    method: Annotated[_Text, Option(help="Method, of the same file.")] = None,
    product: Annotated[_Texts, Option(help="Product it is about (may be repeated).")] = None,
    verdict: Annotated[_Text, Option(help="à refaire, à adapter or à éviter.")] = None,
    data: Data = Path("data"),
) -> None:
    """Write a practice sheet to fill in.

    It is a draft, which no edition publishes, until its line `draft` is removed.
    """
    from observlib.desk import device

    given = {"department": department, "tool": tool, "method": method, "verdict": verdict}
    path = device.new_practice(project.root(), data, title, given, product or [])
    say(f"Wrote {path}: fill it in, then remove its line `draft`.")
    print_json(path=path)


@study.command("new")
def create_study(
    name: Annotated[str, Argument(help="Name of the study, such as avis_par_page.")],
    title: Annotated[_Text, Option(help="Title of its page.")] = None,
    question: Annotated[str, Option(help="What it asks.")] = "Que veut-on savoir ?",
    order: Annotated[int | None, Option(help="Place among the pages; last if left out.")] = None,
) -> None:
    """Write a notebook to make a study of.

    It runs and passes its tests as it is, on the visits of the demonstration.
    """
    from observlib.edition.new_study import new_study as write

    path = write(project.root(), name, title, question, order)
    say(f"Wrote {path}: open it with `make lab`.")
    print_json(path=path)


@device.command("new")
def create_device(
    id: Annotated[_Text, Option(help="Such as jdma-boamp.")] = None,
    label: Annotated[_Text, Option(help="Its name in French.")] = None,
    family: Annotated[
        _Text, Option(help="feedback, consultation, mobilisation or reference.")
    ] = None,
    channel: Annotated[_Text, Option(help="web, phone, mail, print, …")] = None,
    owner: Annotated[_Text, Option(help="Department that runs it.")] = None,
    product: Annotated[_Text, Option(help="Product; none for several.")] = None,
    frequency: Annotated[_Text, Option(help="continuous, daily, …, occasional.")] = None,
    personal_data: Annotated[
        _Text, Option(help="Which personal data its exports hold (French).")
    ] = None,
    pattern: Annotated[_Text, Option(help="Names of its exports: boamp_*.csv.")] = None,
    loader: Annotated[_Text, Option(help="Format of its exports.")] = None,
    table: Annotated[_Text, Option(help="Tidy table, for plain_csv.")] = None,
    questionnaire: Annotated[_Text, Option(help="Its questions, for surveys.")] = None,
    note: Annotated[_Text, Option(help="Reservation printed with it (French).")] = None,
    period: Annotated[_Text, Option(help="Month or day, for exports that do not say it.")] = None,
    zone: Annotated[_Text, Option(help="Time zone of its moments.")] = None,
    date_form: Annotated[
        _Text, Option(help="Form of its days, such as %d/%m/%Y, where two would do.")
    ] = None,
    file: Annotated[
        Path | None, Option("--from", help="An export: what it is, is looked up and shown.")
    ] = None,
    column: Annotated[
        _Texts, Option(help="FIELD=HEADER, for a format of its own (repeatable).")
    ] = None,
    word: Annotated[_Texts, Option(help="FIELD.VALUE=WORD of the file (repeatable).")] = None,
    unit: Annotated[_Texts, Option(help="FIELD=s, min, h or ms (repeatable).")] = None,
    scale: Annotated[
        _Texts, Option(help="FIELD=WORST,BEST of marks, such as 1,5 (repeatable).")
    ] = None,
    separator: Annotated[
        _Text, Option(help="Between several answers in a cell; - for none.")
    ] = None,
    yes: Annotated[bool, Option("--yes", help="Add it as shown, without a question.")] = False,
    data: Data = Path("data"),
) -> None:
    """Add a listening device to the agency's catalogue.

    In a terminal, what is required and missing is asked for, until the answer will do.
    """
    said = locals()
    given: _Given = {k: v for k, v in said.items() if k not in _OF_THE_COMMAND}
    from observlib.desk import device

    catalogue = project.catalogue(data)
    asks = bool(sys.stdin and sys.stdin.isatty())
    wishes = _wished(
        None if loader else table, separator, column=column, word=word, unit=unit, scale=scale
    )
    if file is None and any((column, word, unit, scale, separator)):
        options = "`--column`, `--word`, `--unit`, `--scale` and `--separator`"
        raise UsageError(f"{options} go with `--from FILE`")
    faults = [device.fault_of(key, value, catalogue) for key, value in given.items() if value]
    if (file or asks) and any(faults):
        raise UsageError(*filter(None, faults))
    told: dict[str, object] = {}
    form = match = None
    if file is not None:
        match = None if wishes else _looked_up(file, given, catalogue, asks)
        if match is None:
            form, match = _proposed(file, given, catalogue, wishes, asks)
            catalogue = device.with_format(catalogue, form, "essai")
            given["loader"] = "essai"
        told = _show(file, match, form, zone)
        _check_pattern(file, given, catalogue)
    if asks:
        _ask(given, catalogue, _suggested_pattern(file) if file else None)
    if file is not None:
        _check_pattern(file, given, catalogue)
        if asks and not yes:
            yes = typer.confirm("Add this device?")
        if not yes and all(given.get(key) for key in device.required(given, catalogue)):
            raise UsageError("nothing was written; `--yes` adds the device as it is shown")
    if form is not None and given["label"]:
        form.raw["label"] = given["label"]  # which may have been asked for since
    path, text = device.new_device(project.root(), data, given, form)
    if form is not None:
        say(f"Wrote {path.parents[1] / 'formats' / str(given['id'])}.yml")
    say(f"Added to {path}:\n{text.rstrip()}")
    print_json(path=path, added=text, **told)


def _ask(given: _Given, catalogue: Catalogue, pattern: str | None) -> None:
    """Ask for each required key that was not given, and say what is allowed, or offered."""
    from observlib.desk import device

    choices = device.choices(catalogue)
    while missing := [key for key in device.required(given, catalogue) if not given.get(key)]:
        key = missing[0]
        hint = ", ".join(choices[key]) if key in choices else _HINTS.get(key)
        question = key.replace("_", " ") + (f" ({hint})" if hint else "")
        answer = typer.prompt(question, default=pattern if key == "pattern" else None).strip()
        if answer and (why := device.fault_of(key, answer, catalogue)):
            typer.echo(why, err=True)
        else:
            given[key] = answer


# --- What an export holds, shown before its device is added


def _looked_up(path: Path, given: _Given, catalogue: Catalogue, asks: bool) -> Match | None:
    """The loader that reads a file, with which `given` is completed; `None` where none does."""
    from observlib.desk import recognise

    while True:
        try:
            matches = recognise.recognised(path, catalogue, given)
            break
        except ObservError as error:
            forms = recognise.two_forms(error)
            if not (asks and forms) or given.get("date_form"):
                hint = ["say which by `--date-form`"] * bool(forms)
                raise UsageError(*error.problems, *hint) from error
            given["date_form"] = choose(f"{error}\ndate form", forms)
    best = recognise.equally_good(matches)
    if not best:
        if given.get("loader"):
            raise UsageError(recognise.why_not(path, catalogue, given))
        return None
    by_name = {one.shown: one for one in best}
    name, *others = by_name
    if others and not asks:
        beside = " and the key beside it" if any(one.keys for one in best) else ""
        ways = " and as ".join(by_name)
        raise UsageError(f"{path}: can be read as {ways}; say which by `--loader`{beside}")
    if others:
        name = choose(f"{path.name} can be read in several ways", [*by_name])
    match = by_name[name]
    given |= {"loader": match.loader, **match.keys}
    return match


def _show(path: Path, match: Match, form: Proposal | None, zone: str | None) -> dict[str, object]:
    """Print how a file is read: its first rows, what is rejected, told and passed over; as data."""
    from rich.markup import escape

    from observlib.catalogue import FIELDS
    from observlib.desk.recognise import first_rows

    loaded, titles, unread = match.loaded, match.titles, match.unread
    rows = first_rows(loaded)
    say(f"{path.name}: read as {match.shown}, into the table {loaded.table}")
    fields = rows.set_axis([f"row {place}" for place in range(1, len(rows) + 1)]).T
    if titles is not None:
        fields.insert(0, "column of the file", [titles.get(name, "") for name in fields.index])
    say_table(["field", *fields.columns], [map(escape, row) for row in fields.itertuples()])
    refused = [printing.rejected(*row) for row in loaded.rejects.itertuples(index=False)]
    say(f"{number_of(loaded.rows, 'row')} would be read, {len(refused)} rejected")
    say_list("The first rejected", refused[:5])
    say_list(number_of(loaded.notices, "notice"), loaded.notices)
    if unread is None:
        say("Not read: all columns but those that the loader names")
    lines = [f"{title}: {why}" for title, why in (unread or {}).items()]
    say_list(f"{number_of(lines, 'column')} not read", lines, shown=100)
    if form is not None:
        kinds = {FIELDS[loaded.table][name].rstrip("?~") for name in form.raw["columns"]}
        if "moment" in kinds and not zone:
            where = form.raw.get("zone", "Europe/Paris")
            say(f"Moments that tell no offset are those of {where}, unless `--zone` is given")
        say_list("Words", form.words, shown=100)
        offers = [
            f"{one.key[0]}: say {one.written('…')}, which is one of {', '.join(one.answers[:-1])}"
            for one in form.offers
        ]
        say_list("Left out, though a column may give it", offers, shown=100)
        say_list("The format", form.text().rstrip().splitlines(), shown=100)
    how = {"loader": match.loader, **match.keys, "table": loaded.table, "columns": titles}
    read = {"unread": unread, "rows": len(loaded.rows), "first": rows}
    return {**how, **read, "rejects": loaded.rejects, "notices": loaded.notices}


def _wished(table: str | None, separator: str | None, **options: list[str] | None) -> Wishes:
    """What the options of the command decide of a format."""
    from observlib.desk.propose import Wishes

    wishes, problems = Wishes(table, separator=separator), []
    shapes = {"column": "HEADER", "unit": "UNIT", "scale": "WORST,BEST"}
    for option, said in ((option, said) for option, some in options.items() for said in some or ()):
        key, _, told = (part.strip() for part in said.partition("="))
        name, _, value = key.partition(".")
        if not (name and told) or bool(value) != (option == "word"):
            shape = f"FIELD={shapes[option]}" if option in shapes else "FIELD.VALUE=WORD"
            problems.append(f"--{option} {said!r}: write it {shape}")
            continue
        place = getattr(wishes, f"{option}s")
        if option == "word":
            place, name, told = place.setdefault(name, {}), told, value
        if place.setdefault(name, told) != told:
            problems.append(f"--{option} {said!r}: is told in two ways; keep one")
    UsageError.raise_any(problems)
    return wishes


def _proposed(
    path: Path, given: _Given, catalogue: Catalogue, wishes: Wishes, asks: bool
) -> tuple[Proposal, Match]:
    """A format for a file, with what it makes of it; what cannot be told is asked for."""
    from observlib.desk.propose import propose
    from observlib.desk.recognise import by_form

    wishes.date_form, given["table"], given["date_form"] = given["date_form"], None, None
    label = given.get("label") or path.stem
    while True:
        found = propose(path, catalogue, wishes, label)
        questions = found.questions or (found.offers if asks else ())
        if not questions:
            break
        if not asks:
            say(f"{path.name}: is of no format that is known")
            raise UsageError(*(f"{path.name}: {_unanswered(one)}" for one in questions))
        _decide(wishes, questions[0])
    form = found.form("essai")
    if form.table == "responses" and not given.get("questionnaire"):
        raise UsageError(
            f"{path}: answers to a survey are read by its questions; write its questionnaire "
            "(docs/how-to/survey.md), then add `--questionnaire ID`"
        )
    try:
        match = by_form(path, form, catalogue, {k: v for k, v in given.items() if v})
    except KeyError as error:  # of the field that a table takes for granted
        raise UsageError(f"{path}: {form.table} cannot be read without {error}") from error
    if match is None:
        raise ObservError(f"{path}: cannot be read by the format that was made for it")
    return found, replace(match, loader="a format of its own", unread=found.unread)


_MOST_ANSWERS = 20  # that a line lists


def _unanswered(question: OpenQuestion) -> str:
    some = bounded([one for one in question.answers if one != question.guess], _MOST_ANSWERS)
    if question.guess is not None:
        said = f"if it is {question.guess!r}, say {question.written(question.guess)}"
        return f"{question.text}; {said}" + (f"; or one of {some}" if some else "")
    how = f"; say {question.written('…')}, which is one of {some}" if some else ""
    return f"{question.text}{how}"


def _decide(wishes: Wishes, question: OpenQuestion) -> None:
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


def _suggested_pattern(path: Path) -> str:
    """The names of exports like a file: digits, which tell of its period, stand for any.

    >>> _suggested_pattern(Path("raw/tickets_2026-03.csv"))
    'tickets_*.csv'
    """
    return re.sub(r"\d[\d_.-]*(?=\.\w+$)|\d[\d-]*", "*", path.name)


def _check_pattern(path: Path, given: _Given, catalogue: Catalogue) -> None:
    """Refuse a pattern by which the very file would not be claimed, or by two devices."""
    pattern = given.get("pattern")
    if pattern and not PurePath(path.name).match(pattern.rpartition("/")[2]):
        raise UsageError(f"pattern {pattern!r}: does not fit {path.name!r}, the file that is shown")
    for one in catalogue.devices.values():
        if path.match(one.pattern):
            why = f"is claimed by the device {one.id} already, whose pattern fits its name"
            raise UsageError(f"{path}: {why}")


def choose(question: str, answers: Sequence[str], guess: str | None = None) -> str:
    """Ask for one of several answers, by its number or itself, until there is one."""
    typer.echo(f"{question}:", err=True)
    for number, one in enumerate(answers, 1):
        typer.echo(f"  {number}. {one}", err=True)
    while True:
        said = typer.prompt("Which", default=guess).strip()
        if said in answers:
            return str(said)
        if said.isdecimal() and 0 < int(said) <= len(answers):
            return answers[int(said) - 1]
        typer.echo(f"write a number from 1 to {len(answers)}", err=True)
