"""`observ practice new`, `observ study new`, `observ device new`: new files to fill in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from observlib.base.errors import UsageError
from observlib.cli.printing import Data, answer, say

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue

practice = typer.Typer(help="Sheets in which teams share what a tool or method taught them.")
study = typer.Typer(help="Notebooks of which the pages of an edition are made.")
device = typer.Typer(help="Listening devices of the catalogue.")

_HINTS = {"id": "such as jdma-boamp", "label": "its name in French",
          "personal_data": "which its exports hold, in French"}  # fmt: skip
_OF_THE_COMMAND = ("file", "column", "word", "unit", "scale", "separator", "yes", "data")  # no keys


def add_to(app: typer.Typer) -> None:
    """Give the command these groups of commands."""
    app.add_typer(practice, name="practice")
    app.add_typer(study, name="study")
    app.add_typer(device, name="device")


@practice.callback()
@study.callback()
@device.callback()
def _group() -> None:  # so that `new` is a word of its own
    return


@practice.command("new")
def new_practice(
    title: Annotated[str, typer.Argument(help="Title of the sheet; its file is named after it.")],
    department: Annotated[str | None, typer.Option(help="Department that shares it.")] = None,
    tool: Annotated[
        str | None, typer.Option(help="Tool, of data/practices/vocabulary.yml.")
    ] = None,
    method: Annotated[str | None, typer.Option(help="Method, of the same file.")] = None,
    product: Annotated[
        list[str] | None, typer.Option(help="Product it is about (may be repeated).")
    ] = None,
    verdict: Annotated[str | None, typer.Option(help="à refaire, à adapter or à éviter.")] = None,
    data: Data = Path("data"),
) -> None:
    """Write a practice sheet to fill in.

    It is a draft, which no edition publishes, until its line `draft` is removed.
    """
    from observlib.desk import scaffold
    from observlib.pipeline import project

    given = {"department": department, "tool": tool, "method": method, "verdict": verdict}
    path = scaffold.new_practice(project.root(), data, title, given, product or [])
    say(f"Wrote {path}: fill it in, then remove its line `draft`.")
    answer(path=path)


@study.command("new")
def new_study(
    name: Annotated[str, typer.Argument(help="Name of the study, such as avis_par_page.")],
    title: Annotated[str | None, typer.Option(help="Title of its page.")] = None,
    question: Annotated[str, typer.Option(help="What it asks.")] = "Que veut-on savoir ?",
    order: Annotated[
        int | None, typer.Option(help="Place among the pages; last if left out.")
    ] = None,
) -> None:
    """Write a notebook to make a study of.

    It runs and passes its tests as it is, on the visits of the demonstration.
    """
    from observlib.edition.new_study import new_study as write
    from observlib.pipeline import project

    path = write(project.root(), name, title, question, order)
    say(f"Wrote {path}: open it with `make lab`.")
    answer(path=path)


@device.command("new")
def new_device(
    id: Annotated[str | None, typer.Option(help="Such as jdma-boamp.")] = None,
    label: Annotated[str | None, typer.Option(help="Its name in French.")] = None,
    family: Annotated[
        str | None, typer.Option(help="feedback, consultation, mobilisation or reference.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="web, phone, mail, print, …")] = None,
    owner: Annotated[str | None, typer.Option(help="Department that runs it.")] = None,
    product: Annotated[str | None, typer.Option(help="Product; none for several.")] = None,
    frequency: Annotated[str | None, typer.Option(help="continuous, daily, …, occasional.")] = None,
    personal_data: Annotated[
        str | None, typer.Option(help="Which personal data its exports hold (French).")
    ] = None,
    pattern: Annotated[str | None, typer.Option(help="Names of its exports: boamp_*.csv.")] = None,
    loader: Annotated[str | None, typer.Option(help="Format of its exports.")] = None,
    table: Annotated[str | None, typer.Option(help="Tidy table, for plain_csv.")] = None,
    questionnaire: Annotated[str | None, typer.Option(help="Its questions, for surveys.")] = None,
    note: Annotated[str | None, typer.Option(help="Reservation printed with it (French).")] = None,
    period: Annotated[
        str | None, typer.Option(help="Month or day, for exports that do not say it.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of its moments.")] = None,
    date_form: Annotated[
        str | None, typer.Option(help="Form of its days, such as %d/%m/%Y, where two would do.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--from", help="An export: what it is, is looked up and shown.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="FIELD=HEADER, for a format of its own (repeatable).")
    ] = None,
    word: Annotated[
        list[str] | None, typer.Option(help="FIELD.VALUE=WORD of the file (repeatable).")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="FIELD=s, min, h or ms (repeatable).")
    ] = None,
    scale: Annotated[
        list[str] | None, typer.Option(help="FIELD=WORST,BEST of marks, such as 1,5 (repeatable).")
    ] = None,
    separator: Annotated[
        str | None, typer.Option(help="Between several answers in a cell; - for none.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Add it as shown, without a question.")
    ] = False,
    data: Data = Path("data"),
) -> None:
    """Add a listening device to the agency's catalogue.

    In a terminal, what is required and missing is asked for, until the answer will do.
    """
    said = locals()
    given: dict[str, str | None] = {k: v for k, v in said.items() if k not in _OF_THE_COMMAND}
    from observlib.cli import from_file
    from observlib.desk import scaffold
    from observlib.pipeline import project

    root, catalogue = project.root(), project.catalogue(data)
    asks = bool(sys.stdin and sys.stdin.isatty())
    told: dict[str, object] = {}
    form = None
    decided = (column or [], word or [], unit or [], scale or [])
    wishes = from_file.wished(None if loader else table, *decided)
    wishes.separator = separator
    if file is None and any((*decided, separator)):
        options = "`--column`, `--word`, `--unit`, `--scale` and `--separator`"
        raise UsageError(f"{options} go with `--from FILE`")
    if file is not None:
        _refuse(given, catalogue)
        match = None if wishes else from_file.look(file, given, catalogue, asks)
        if match is None:
            form, match = from_file.proposed(file, given, catalogue, wishes, asks)
            catalogue = scaffold.with_format(catalogue, form, "essai")
            given["loader"] = "essai"
        from_file.show(file, match, form, zone)
        told = from_file.told(match)
        from_file.check_pattern(file, given, catalogue)
    if asks:
        _ask(given, catalogue, from_file.suggested_pattern(file) if file else None)
    if file is not None:
        from_file.check_pattern(file, given, catalogue)
        if asks and not yes:
            yes = typer.confirm("Add this device?")
        if not yes and all(given.get(key) for key in scaffold.required(given, catalogue)):
            raise UsageError("nothing was written; `--yes` adds the device as it is shown")
    if form is not None and given["label"]:
        form.raw["label"] = given["label"]  # which may have been asked for since
    path, text = scaffold.new_device(root, data, given, form)
    if form is not None:
        say(f"Wrote {path.parents[1] / 'formats' / str(given['id'])}.yml")
    say(f"Added to {path}:\n{text.rstrip()}")
    answer(path=path, added=text, **told)


def _refuse(given: dict[str, str | None], catalogue: Catalogue) -> None:
    """Refuse what was given and will not do, before anything is looked at or asked."""
    from observlib.desk import scaffold

    faults = [scaffold.fault_of(key, value, catalogue) for key, value in given.items() if value]
    if any(faults):
        raise UsageError(*filter(None, faults))


def _ask(given: dict[str, str | None], catalogue: Catalogue, pattern: str | None) -> None:
    """Ask for each required key that was not given, and say what is allowed.

    `pattern` is offered where that of the exports is asked for.
    """
    from observlib.desk import scaffold

    _refuse(given, catalogue)
    choices = scaffold.choices(catalogue)
    while missing := [key for key in scaffold.required(given, catalogue) if not given.get(key)]:
        key = missing[0]
        hint = ", ".join(choices[key]) if key in choices else _HINTS.get(key)
        allowed = f" ({hint})" if hint else ""
        question = f"{key.replace('_', ' ')}{allowed}"
        if pattern and key == "pattern":
            answer = typer.prompt(question, default=pattern).strip()
        else:
            answer = typer.prompt(question).strip()
        if answer and (why := scaffold.fault_of(key, answer, catalogue)):
            typer.echo(why, err=True)
        else:
            given[key] = answer
