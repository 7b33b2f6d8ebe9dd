"""Write `docs/reference/` from the code (`make reference`): tables, keys, commands, `Study`."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import typer

from observlib import catalogue, cli, dataset, loaders, study
from observlib.base.yaml_files import load_data
from observlib.catalogue import entries, formats, questionnaires
from observlib.catalogue import tables as definitions
from observlib.catalogue.tables import TABLES
from observlib.pipeline import frame, revisions
from observlib.publish import record
from observlib.records import sheets

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "*Written by `make reference` from the code; change it there.*"
MODELS: dict[str, Any] = {
    "catalogue/departments.yml": entries.Department,
    "catalogue/products.yml": entries.Product,
    "catalogue/devices.yml": catalogue.Device,
    "catalogue/indicators.yml": catalogue.Indicator,
    "catalogue/groups.yml": entries.Group,
    "catalogue/codebook.yml": catalogue.Coded,
    "catalogue/peers.yml": entries.Peer,
    "catalogue/partners.yml": entries.Partner,
    "catalogue/tasks.yml": entries.Task,
    "catalogue/families.yml": entries.FamilyLabel,
    "catalogue/revisions.yml": entries.Revision,
    "catalogue/questionnaires/<id>.yml": catalogue.Questionnaire,
    "catalogue/questionnaires/<id>.yml, questions": questionnaires.Question,
    "actions/<id>.yml": sheets.Action,
    "actions/<id>.yml, expected": sheets.Expected,
    "corrections/<id>.yml": sheets.Correction,
    "expectations/<id>.yml": sheets.Expectation,
    "decisions/<id>.yml": sheets.Decision,
    "partners/<id>.yml": sheets.Reply,
    "practices/<id>.md": sheets.PracticeSheet,
    "practices/<id>.md, sources": sheets.Source,
    "calendar.yml, editions": record.Planned,
    "calendar.yml, editions, changed": record.DateChange,
    "calendar.yml, access": record.Access,
    "reports/reviews/<id>.yml": record.Review,
    "reports/reviews/<id>.yml, points": record.ReviewPoint,
    "reports/errata/<id>.yml": revisions.Erratum,
    "reports/errata/<id>.yml, figures": revisions.Figure,
}
FORMAT_MODELS: dict[str, Any] = {
    "A format's file": catalogue.Format,
    "layout": formats.Layout,
    "columns": catalogue.SourceColumn,
    "keep": formats.Keep,
    "answers": formats.Answers,
    "carry_down": formats.CarryDown,
    "latest": formats.Latest,
}
KINDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": ""}
NO_KEYS = ("slug", "body")  # of a sheet: its file's name, and its text
NOTHING: dict[str, Any] = {}
MEANINGS = load_data(str(Path(catalogue.__file__).with_name("keys")))
EVERYWHERE = ("device", "product", "channel")
PERIOD = ("start", "end", "complete")
REFERENCE = "reference_"


def pages() -> dict[str, str]:
    """The text of each page, by the name of its file."""
    observ = cli.printing.with_output_options(typer.main.get_command(cli.app))
    made = {
        "tables.md": ("Tidy tables", _tables()),
        "catalogue.md": ("Keys of the catalogue, actions and sheets", _keys()),
        "formats.md": ("Formats of exports", _formats()),
        "commands.md": ("Commands", _commands(observ)),
        "study.md": ("Study", _study()),
        "data.md": ("Data package of an edition", _data()),
    }
    return {
        name: "\n\n".join(text.strip() for text in (f"# {title}", NOTE, *texts) if text) + "\n"
        for name, (title, texts) in made.items()
    }


def _tables() -> Iterator[str]:
    yield (
        "Each row has the `device` that gave it, its `channel` and its `product`, which is empty "
        "where a device is of none. A row of a period has `start` and `end`, days of one month, "
        "both included, and `complete`: whether the export was made after `end`. A `moment` is in "
        "UTC, without a zone; the days beside it are those of Paris. A text that holds someone's "
        "name is refused. The key is what identifies a row."
    )
    for name, table in TABLES.items():
        told = {*EVERYWHERE, *(PERIOD if table.months else ())}
        rows = [(f"`{key}`", _column(x)) for key, x in table.columns.items() if key not in told]
        yield f"## {name}\n\n{table.row}\n\nKey: {_any(('device', *table.key))}."
        refused = [rule for rule in table.rules if rule.about != "period"]
        yield _list([*rows, *(("refused", f"`{rule.about}` {rule.reason}") for rule in refused)])
    as_csv = _doc(loaders.loader_of("plain_csv")).split("\n\n", 1)[1]
    yield f"## As CSV\n\n{as_csv}"


def _column(column: definitions.Column) -> str:
    """What a column holds, in words."""
    return (_any(column.allowed) or column.kind) + ", or empty" * column.optional


def _keys() -> Iterator[str]:
    yield (
        "What each file of a data folder may hold; a wrong key is told with its file and line. An "
        "entry has an `id`, which names its file where it has one of its own; those of the "
        "catalogue have a `label` in French, and may have a `label_en` for open data."
    )
    common = _schema(entries.FamilyLabel)["properties"]
    for place, model in MODELS.items():
        yield f"## {place}\n\n{_doc(model)}"
        yield _model(model, common)
    yield f"## How a questionnaire is read\n\n{_doc(questionnaires)}"


def _model(model: Any, common: dict[str, Any] = NOTHING) -> str:
    """The keys of an entry but those that are `common`, as a table."""
    schema = _schema(model)
    needed = schema.get("required", ())
    return _list(
        _key(key, found, schema, key in needed)
        for key, found in schema["properties"].items()
        if key not in NO_KEYS and found != common.get(key)
    )


def _schema(model: Any) -> dict[str, Any]:
    """The JSON Schema of a model, whose keys, and those of what it is, say what they mean."""
    schema: dict[str, Any] = model.model_json_schema()
    for kind in reversed(model.mro()):
        for key, meaning in MEANINGS.get(kind.__name__, NOTHING).items():
            schema["properties"][key]["description"] = meaning
    return schema


def _key(
    key: str, found: dict[str, Any], schema: dict[str, Any], is_needed: bool
) -> tuple[str, str]:
    """A key, what it holds and what that means."""
    kind = _kind(found, schema) + "; required" * is_needed
    meaning = found.get("description")
    return (f"`{key}` ({kind})", meaning) if meaning else (f"`{key}`", kind)


def _data() -> Iterator[str]:
    yield (
        f"`{dataset.PACKAGE_FOLDER}/` beside an edition's pages: three tables as CSV (UTF-8, "
        "comma, "
        "decimal point, days as YYYY-MM-DD; what is absent or does not apply is empty), the same "
        "as a workbook with French heads (.xlsx; none of more than "
        f"{dataset.MOST_LINES:,} lines), `datapackage.json` (Tabular Data Package 1, "
        "with a Table Schema of each table), `dataset.jsonld` (DCAT-AP), and all of it as one "
        ".zip. A partner's package has the same files, with the rows of its page. A text that a "
        "spreadsheet would take for a formula has an apostrophe before it."
    )
    first = dataset.PACKAGE_FILES["estimates"]
    for name, table in dataset.PACKAGE_FILES.items():
        yield f"## {name}.csv"
        own = table if table is first else {key: table[key] for key in table if key not in first}
        if any(key.startswith(REFERENCE) for key in own):
            own = {key: x for key, x in own.items() if not key.startswith(REFERENCE)}
            yield (
                "The columns of `estimates.csv`; under the same names after "
                f"`{REFERENCE}` (« (référence) ») what the value is compared with; and:"
            )
        elif len(own) < len(table):
            yield f"As in `estimates.csv`: {_any(key for key in table if key in first)}; and:"
        yield _list(map(_packaged, own.items()))
    codes = dataset.SDMX.items()
    rows = [(f"`{name}`", f"`{obs}`", f"`{conf}`") for name, (obs, conf) in codes]
    yield (
        "## Codes\n\nOf SDMX's lists CL_OBS_STATUS (2.2) and CL_CONF_STATUS (1.2), by status. "
        "`partial` is told as provisional, the nearest that SDMX has; whatever is withheld is `N`, "
        "as which values are so by themselves would tell something of them."
    )
    yield _rows(("status", "obs_status", "conf_status"), rows)
    yield (
        "`flags` has the letters of European statistics, several at a time: `p`, `b` and `u` go "
        "with `partial`, a change of method and `low_base`, `c` with `suppressed`; `r`, which SDMX "
        "lacks, marks a figure that the edition tells otherwise than those before. `obs_status` "
        "holds one code, of which `B` goes first."
    )
    for name, codes in dataset.CODES.items():
        yield f"**{name}**"
        yield _list((f"`{code}`", f"{en} (« {fr} »)") for code, (fr, en) in codes.items())


def _packaged(item: tuple[str, Any]) -> tuple[str, str]:
    """A column of a data package: its name, its head in the workbook, what it holds."""
    name, column = item
    kind = column.kind + "; never empty" * column.is_required
    return f"`{name}`, « {column.title} » ({kind})", column.en


def _formats() -> Iterator[str]:
    yield (
        "Each is a file of `data/formats`, whose name a device's `loader` says. A data folder may "
        "have a folder `formats` of its own."
    )
    known, _ = formats.load_formats([FOLDER.parents[1] / "data" / "formats"], None)
    by_table: dict[str, list[catalogue.Format]] = {}
    for one in known.values():
        by_table.setdefault(one.table, []).append(one)
    for table, found in sorted(by_table.items()):
        described = ((f"`{one.id}`, {one.label}", _gives(one)) for one in found)
        yield f"## {table}\n\n{_list(described)}"
    yield "## Loaders\n\nWhat no format can describe is read by code, which `loader` names alike."
    rows = [(f"`{name}`", _first(loaders.loader_of(name))) for name in loaders.loader_names()]
    yield _list(rows)
    for title, model in FORMAT_MODELS.items():
        yield f"## {title}\n\n{_doc(model)}"
        yield _model(model)


def _gives(one: catalogue.Format) -> str:
    """The fields that a format gives, and those that it leaves unknown; or why it is refused."""
    fields = re.sub(r"`sus_1`, .*`sus_10`", "`sus_1` to `sus_10`", _any(one.columns))
    return "; ".join(filter(None, (fields, _untold(one))))


def _untold(one: catalogue.Format) -> str:
    if one.refused:
        return f"refused: {one.refused}"
    return "; ".join(f"no `{field}`: {why}" for field, why in one.unknown.items())


def _kind(found: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a key may hold, in words."""
    if name := found.get("$ref", "").rpartition("/")[2]:
        return _kind(schema["$defs"][name], schema)
    if "anyOf" in found:
        return " or ".join(filter(None, (_kind(one, schema) for one in found["anyOf"])))
    kind = found.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(found['items'], schema)}" if "items" in found else "list"
    if kind == "object":
        return "entry" if "properties" in found else "mapping"
    if "enum" in found:
        return _any(found["enum"])
    is_slug = "a-z0-9" in found.get("pattern", "")
    return "identifier" if is_slug else found.get("format", KINDS.get(kind, kind))


def _commands(observ: Any) -> Iterator[str]:
    yield (
        "`observ COMMAND --help` says what each takes. All take `--quiet` (print nothing but "
        "mistakes) and `--json` (one object a line)."
    )
    yield _list(_command(observ, "observ"))


def _command(command: Any, words: str) -> Iterator[tuple[str, str]]:
    """The first line of the help of a command, or of those below it."""
    below = getattr(command, "commands", {})
    if not below:
        yield f"`{words}`", command.help.partition("\n\n")[0].replace("\n", " ")
    for name, inner in below.items():
        yield from _command(inner, f"{words} {name}")


def _study() -> Iterator[str]:
    yield _doc(study.Study).partition("**Examples**")[0]
    yield (
        "In a notebook, `study.lines?` says more, with an example; `study.help()` lists families "
        'and sentences, and `study.help("contacts")` what one gives and says.'
    )
    bases = [vars(base) for base in reversed(study.Study.__mro__) if base is not object]
    members = {name: found for base in bases for name, found in base.items()}
    public = {name: found for name, found in members.items() if not name.startswith("_")}
    shared = _shared(public.values())
    yield "## Parameters of several methods"
    yield _list((f"`{name}`", text) for name, text in shared)
    yield "## Methods and values"
    yield _list(_member(*one, shared) for one in public.items())
    families = [(f"`{name}`", _first(x.compute)) for name, x in frame.families().items()]
    yield "## Families of estimates\n\nWhat `study.estimates` and `study.comparisons` ask for."
    yield _list(families)


def _shared(members: Iterable[Any]) -> list[tuple[str, str]]:
    """The parameters that several methods have and describe alike."""
    times = Counter(told for member in members for told in _parameters(member))
    often: dict[str, str] = {}
    for (names, text), number in times.items():
        if number > 2:
            often.setdefault(names, text)
    return list(often.items())


def _member(name: str, found: Any, shared: list[tuple[str, str]]) -> tuple[str, str]:
    """How a method or value of a study is called, and what it gives."""
    given = _signature(found) if inspect.isfunction(found) else ""
    known = {names for names, _ in shared if "," in names}
    own = [
        f"`{names}`: {text}"
        for names, text in _parameters(found)
        if (names, text) not in shared and names not in known
    ]
    return f"`study.{name}{given}`", " ".join([_first(getattr(found, "func", found)), *own])


def _parameters(found: Any) -> list[tuple[str, str]]:
    """The parameters that a docstring describes, each with its text."""
    section = re.search(r"(?s)\nParameters\n-+\n(.*?)(?:\n\n\w+\n-+|$)", _docstring(found))
    told = re.findall(r"(?m)^(\S.*)\n((?: {4}.*\n?)+)", section[1] if section else "")
    return [(names, " ".join(text.split())) for names, text in told]


def _docstring(found: Any) -> str:
    return inspect.getdoc(getattr(found, "func", found)) or ""


def _signature(method: Any) -> str:
    """What a method takes; of what keeps rows, which its parameters tell, only that there is."""
    given = inspect.signature(method)
    bare = [x.replace(annotation=x.empty) for x in list(given.parameters.values())[1:]]
    own = [x for x in bare if x.default != "…"]
    text = str(given.replace(parameters=own, return_annotation=given.empty))
    return text if len(own) == len(bare) else f"{text[:-1]}, …)"


def _doc(found: Any) -> str:
    """A docstring as Markdown: headings of sections in bold, names as a list, examples as code."""
    text = re.sub(r"(?m)::$", ":", inspect.getdoc(found) or "")
    text = re.sub(r"(?m)^(\w[\w ]*)\n-+$", r"**\1**\n", text)
    text = re.sub(
        r"(?m)^(\w[\w, ]*)\n((?: {4}.+\n?|\n(?= {4}))+)",
        lambda part: f"- `{part[1]}`: {' '.join(part[2].split())}\n",
        text,
    )
    return re.sub(r"(?m)((?:^(?:>>>|\.\.\.).*\n(?:(?!>>>|\n).+\n?)*)+)", "```pycon\n\\1\n```", text)


def _first(found: Any) -> str:
    return (inspect.getdoc(found) or "").partition("\n\n")[0].replace("\n", " ")


def _any(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _list(entries: Iterable[tuple[str, str]]) -> str:
    """A line for each entry, or for several in a row that are the same."""
    alike = groupby(entries, key=itemgetter(1))
    return "\n".join(f"- {', '.join(name for name, _ in own)}: {text}" for text, own in alike)


def _rows(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [[str(cell).replace("|", "/") for cell in row] for row in rows]
    table = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in table) if lines else ""


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
