"""Write `docs/reference/` from the code (`make reference`): tables, keys, commands, `Study`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

from observlib import catalogue, cli, dataset, study
from observlib.catalogue import formats, questionnaires
from observlib.catalogue import tables as definitions
from observlib.catalogue.tables import TABLES
from observlib.dataset import columns
from observlib.loaders import plain_csv
from observlib.pipeline import frame, revisions
from observlib.publish.editions import feeds, reviews
from observlib.records import (
    actions,
    corrections,
    decisions,
    expectations,
    practices,
    replies,
)
from observlib.study import narratives

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "*Written by `make reference` from the code; change it there.*"
MODELS: dict[str, Any] = {
    "catalogue/departments.yml": catalogue.Department,
    "catalogue/products.yml": catalogue.Product,
    "catalogue/devices.yml": catalogue.Device,
    "catalogue/indicators.yml": catalogue.Indicator,
    "catalogue/groups.yml": catalogue.Group,
    "catalogue/codebook.yml": catalogue.Coded,
    "catalogue/peers.yml": catalogue.Peer,
    "catalogue/partners.yml": catalogue.Partner,
    "catalogue/tasks.yml": catalogue.Task,
    "catalogue/families.yml": catalogue.FamilyLabel,
    "catalogue/revisions.yml": catalogue.Revision,
    "catalogue/questionnaires/<id>.yml": catalogue.Questionnaire,
    "catalogue/questionnaires/<id>.yml, questions": catalogue.Question,
    "actions/<id>.yml": actions.Action,
    "actions/<id>.yml, expected": actions.Expected,
    "corrections/<id>.yml": corrections.Correction,
    "expectations/<id>.yml": expectations.Expectation,
    "decisions/<id>.yml": decisions.Decision,
    "partners/<id>.yml": replies.Reply,
    "practices/<id>.md": practices.PracticeSheet,
    "practices/<id>.md, sources": practices.Source,
    "calendar.yml, editions": feeds.Planned,
    "calendar.yml, editions, changed": feeds.DateChange,
    "calendar.yml, access": feeds.Access,
    "reports/reviews/<id>.yml": reviews.Review,
    "reports/reviews/<id>.yml, points": reviews.ReviewPoint,
    "reports/errata/<id>.yml": revisions.Erratum,
    "reports/errata/<id>.yml, figures": revisions.Figure,
}
FORMAT_MODELS: dict[str, Any] = {
    "A format's file": catalogue.Format,
    "layout": catalogue.Layout,
    "columns": catalogue.SourceColumn,
    "keep": catalogue.Keep,
    "answers": formats.Answers,
    "carry_down": formats.CarryDown,
    "latest": formats.Latest,
}
KINDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": ""}
NO_KEYS = ("slug", "body")  # of a sheet: its file's name, and its text


def pages() -> dict[str, str]:
    """The text of each page, by the name of its file."""
    observ = cli.printing.with_output_options(typer.main.get_command(cli.app))
    made = {
        "tables.md": ("Tidy tables", _tables()),
        "catalogue.md": ("Keys of the catalogue, actions and sheets", _keys()),
        "formats.md": ("Formats of exports", _formats()),
        "commands.md": ("Commands", _command(observ, "observ")),
        "study.md": ("Study", _study()),
        "data.md": ("Data package of an edition", _data()),
    }
    return {
        name: "\n\n".join(text.strip() for text in (f"# {title}", NOTE, *texts) if text) + "\n"
        for name, (title, texts) in made.items()
    }


def _tables() -> Iterator[str]:
    yield _doc(definitions.Column)
    for name, table in TABLES.items():
        rows = [
            (f"`{key}`", column.kind, "yes" * column.optional, _any(column.allowed))
            for key, column in table.columns.items()
        ]
        yield f"## {name}\n\n{table.row}\n\nKey: {_any(('device', *table.key))}."
        yield _rows(("column", "kind", "may be empty", "allowed"), rows)
        yield "\n".join(f"- refused: `{rule.about}` {rule.reason}" for rule in table.rules)
    yield f"## As CSV\n\n{_doc(plain_csv)}"


def _keys() -> Iterator[str]:
    yield "What each file of a data folder may hold; a wrong key is told with its file and line."
    for place, model in MODELS.items():
        yield f"## {place}\n\n{_doc(model)}"
        yield _model(model)
    yield f"## How a questionnaire is read\n\n{_doc(questionnaires)}"


def _model(model: Any) -> str:
    """The keys of an entry, as a table."""
    schema = model.model_json_schema()
    needed = schema.get("required", ())
    rows = [
        (f"`{key}`", _kind(x, schema), "yes" * (key in needed), x.get("description", ""))
        for key, x in schema["properties"].items()
        if key not in NO_KEYS
    ]
    return _rows(("key", "holds", "required", "meaning"), rows)


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
    for name, table in columns.PACKAGE_FILES.items():
        rows = [
            (f"`{key}`", x.kind, "yes" * x.is_required, x.title, x.en) for key, x in table.items()
        ]
        yield f"## {name}.csv"
        yield _rows(("column", "holds", "never empty", "in the workbook", "meaning"), rows)
    rows = [(f"`{name}`", f"`{obs}`", f"`{conf}`") for name, (obs, conf) in columns.SDMX.items()]
    yield (
        "## Codes\n\nOf SDMX's lists CL_OBS_STATUS (2.2) and CL_CONF_STATUS (1.2), by status. "
        "`partial` is told as provisional, the nearest that SDMX has; whatever is withheld is `N`, "
        "as which values are so by themselves would tell something of them."
    )
    yield _rows(("status", "obs_status", "conf_status"), rows)
    yield (
        "`flags` has the letters by which European statistics mark figures, several at a time: "
        "`p`, `b` and `u` are SDMX's P, B and U, and go with `partial`, a change of method and "
        "`low_base`; `c` goes with `suppressed`, whose confidentiality is of SDMX's other list. "
        "SDMX has no `r`: it is that of Eurostat's flags until 2025, and marks a figure that the "
        "edition tells otherwise than those before. `obs_status` holds one code, and `B` goes "
        "before the others, as SDMX ranks them."
    )
    words = [
        (f"`{name}`", f"`{code}`", en, fr)
        for name, codes in columns.CODES.items()
        for code, (fr, en) in codes.items()
    ]
    yield _rows(("column", "code", "in English", "in French"), words)


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
        rows = [(f"`{one.id}`", one.label, _any(one.columns), _untold(one)) for one in found]
        yield f"## {table}"
        yield _rows(("format", "of", "gives", "does not tell"), rows)
    for title, model in FORMAT_MODELS.items():
        yield f"## {title}\n\n{_doc(model)}"
        yield _model(model)


def _untold(one: catalogue.Format) -> str:
    """What a format leaves unknown, or why it is refused."""
    if one.refused:
        return f"refused: {one.refused}"
    return "; ".join(f"`{field}`: {why}" for field, why in one.unknown.items())


def _kind(found: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a key may hold, in words."""
    if name := found.get("$ref", "").rpartition("/")[2]:
        return _kind(schema["$defs"][name], schema)
    if "anyOf" in found:
        return " or ".join(filter(None, (_kind(one, schema) for one in found["anyOf"])))
    kind = found.get("type", "anything")
    if kind == "array":
        return f"list of: {_kind(found['items'], schema)}" if "items" in found else "list"
    if kind == "object":
        return "entry" if "properties" in found else "mapping"
    if "enum" in found:
        return _any(found["enum"])
    is_slug = "a-z0-9" in found.get("pattern", "")
    return "identifier" if is_slug else found.get("format", KINDS.get(kind, kind))


def _command(command: Any, words: str) -> Iterator[str]:
    everywhere = {"--quiet", "--json"} if words != "observ" else set()
    told = [param for param in command.params if not everywhere & set(param.opts)]
    yield f"## {words}\n\n{inspect.cleandoc(command.help)}"
    yield _rows(("word", "meaning"), [(_any(param.opts), param.help) for param in told])
    for name, inner in getattr(command, "commands", {}).items():
        yield from _command(inner, f"{words} {name}")


def _study() -> Iterator[str]:
    yield _doc(study.Study)
    bases = [vars(base) for base in reversed(study.Study.__mro__) if base is not object]
    for name, found in {name: found for base in bases for name, found in base.items()}.items():
        if not name.startswith("_"):
            given = _signature(found) if inspect.isfunction(found) else ""
            yield f"## study.{name}{given}\n\n{_doc(getattr(found, 'func', found))}"
    families = [(f"`{name}`", _first(x.compute)) for name, x in frame.families().items()]
    yield "## Families of estimates\n\nWhat `study.estimates` and `study.comparisons` ask for."
    yield _rows(("family", "gives"), families)
    yield "## Sentences\n\nWhat `study.say` says."
    yield _rows(("sentence", "says"), _sentences(narratives, ""))


def _signature(method: Any) -> str:
    """What a method takes; of what keeps rows, which its parameters tell, only that there is."""
    given = inspect.signature(method)
    bare = [x.replace(annotation=x.empty) for x in list(given.parameters.values())[1:]]
    own = [x for x in bare if x.default != "…"]
    text = str(given.replace(parameters=own, return_annotation=given.empty))
    return text if len(own) == len(bare) else f"{text[:-1]}, …)"


def _sentences(module: ModuleType, before: str) -> Iterator[tuple[str, str]]:
    for name in sorted(getattr(module, "__all__", vars(module))):
        found = getattr(module, name)
        if isinstance(found, ModuleType) and not before:
            yield from _sentences(found, f"{name}.")
        own = inspect.isfunction(found) and (not before or found.__module__ == module.__name__)
        if own and not name.startswith("_"):
            yield f"`{before}{name}`", _first(found)


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


def _rows(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [[str(cell).replace("|", "/") for cell in row] for row in rows]
    table = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in table) if lines else ""


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
