"""The edition's frame: what every family gives for one quarter, computed once and kept."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from observlib import estimates, store, themes
from observlib.base import kept
from observlib.base.errors import ObservError, bounded
from observlib.base.kept import Inputs
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.tables import ALIKE, TABLES
from observlib.indicators.families import CONTEXT, DECLARED, REFERENCES, RESPONSES, Family, Given
from observlib.indicators.pairs import MANY
from observlib.pipeline import project
from observlib.records import sheets
from observlib.records.sheets import Action, Decision, Expectation, Reply
from observlib.themes import devices

_Dated = TypeVar("_Dated", Action, Decision, Reply)
Job = tuple[str, str]  # a family, and the survey of one of each survey


@cache
def families() -> Mapping[str, Family]:
    """Every family of every theme, each after those that it reads."""
    importlib.import_module("observlib.pipeline.monthly_series")  # of several themes
    for module in pkgutil.iter_modules(themes.__path__, f"{themes.__name__}."):
        importlib.import_module(module.name)
    order: dict[str, Family] = {}
    for name in sorted(DECLARED):
        _visit(name, (), order)
    return order


def _visit(name: str, asked_by: tuple[str, ...], order: dict[str, Family]) -> None:
    """Put a family into the order, after those that it reads."""
    if name in asked_by:
        raise ValueError(f"families read each other: {' → '.join([*asked_by, name])}")
    if name not in DECLARED:
        raise ValueError(
            f"the family {asked_by[-1]!r} reads {name!r}, which is no tidy table, no reference "
            f"table, no family and none of {', '.join(CONTEXT)}"
        )
    if name not in order:
        for other in DECLARED[name].families:
            _visit(other, (*asked_by, name), order)
        order[name] = DECLARED[name]


def family_named(name: str) -> Family:
    """A family by its name."""
    known = families()
    if name not in known:
        raise ObservError(f"family {name!r}: does not exist; families are {bounded(known, 30)}")
    return known[name]


def given(data: Path, quarter: Quarter, name: str, survey: str = "") -> Given:
    """What a family gives for a quarter, kept in the project by all that it `depends` on."""
    wanted = family_named(name)
    if wanted.each_survey != bool(survey):
        needs = "is of one survey; name it" if wanted.each_survey else "is of no one survey"
        raise ObservError(f"family {name!r}: {needs}")
    store.TABLES_READ.update(tables_read(name))
    of = depends(data, quarter, name, survey)
    return _with_units(_given((*of.items(),), data, quarter, name, survey), data)


@lru_cache(64)  # by all that it depends on
def _given(
    of: tuple[tuple[str, str], ...], data: Path, quarter: Quarter, name: str, survey: str
) -> Given:
    """What a family gives, from where it is kept; computed where nothing keeps it yet."""

    def computed() -> dict[str, bytes]:
        wanted = family_named(name)
        read = {what: _read(what, wanted, data, quarter, survey) for what in wanted.reads}
        return _packed(wanted.give(read))

    return _unpacked(kept.made(_folder(), _name(name, survey), dict(of), computed))


def _with_units(found: Given, data: Path) -> Given:
    """What a family gave, with the catalogue's words for what it counts, which nothing keeps."""
    units = project.catalogue(data).units
    rows = estimates.with_units(found.estimates, units)
    pairs = estimates.with_units(found.comparisons, units, ("", estimates.REFERENCE))
    return found._replace(estimates=rows, comparisons=pairs)


_OF_ALL_TABLES = {"held", "heard", "received"}  # of `CONTEXT`


def tables_read(name: str) -> set[str]:
    """The tidy tables that a family reads, itself or by other families."""
    wanted = family_named(name)
    if not _OF_ALL_TABLES.isdisjoint(wanted.reads):
        return set(TABLES)
    return set(wanted.tables).union(*map(tables_read, wanted.families))


def answered_surveys(data: Path) -> list[str]:
    """The devices of the catalogue with survey responses, in its order."""
    held = store.devices(data)
    fed = set(held.loc[held["table"] == RESPONSES, "device"])
    return [device for device in project.catalogue(data).devices if device in fed]


def families_lacking(data: Path, quarter: Quarter, jobs: Iterable[Job]) -> list[Job]:
    """The families, with the survey of each (else `""`), that the project does not keep yet."""
    known = dependencies(data, quarter, jobs)
    return [job for job, of in known.items() if not kept.has(_folder(), _name(*job), of)]


def why_not_kept(data: Path, quarter: Quarter, name: str, survey: str = "") -> list[str]:
    """Why what a family gives is not kept (see `kept.why`); nothing where it is."""
    return kept.why(_folder(), _name(name, survey), depends(data, quarter, name, survey))


def _folder() -> Path:
    return project.root() / kept.KEPT_FOLDER / "families"


def _name(name: str, survey: str) -> str:
    return f"{name}-{survey}" if survey else name


def depends(data: Path, quarter: Quarter, name: str, survey: str = "") -> Inputs:
    """All that what a family gives depends on, by name, each with its digest."""
    return dependencies(data, quarter, [(name, survey)])[name, survey]


def dependencies(data: Path, quarter: Quarter, jobs: Iterable[Job]) -> dict[Job, Inputs]:
    """As `depends`, of families with the survey of each (else `""`); what is known is read once."""
    held, facts = store.table_digests(data), project.knowledge(data)
    facts |= {
        f"the catalogue/{x}": y.digest for x, y in catalogue_at(data, quarter).changes.items()
    }
    known: dict[Job, Inputs] = {}

    def of(name: str, survey: str = "") -> Inputs:
        if (name, survey) not in known:
            keys = {what: kept.key(of_all(what)) for what in family_named(name).families}
            # of one survey no other's responses are read
            own = {RESPONSES: store.digest_of(data, RESPONSES, survey)} if survey else {}
            found = {"the family": name, "the quarter": quarter, "the survey": survey}
            known[name, survey] = found | _depends(data, name, held | own, facts, keys)
        return known[name, survey]

    def of_all(name: str) -> Inputs:
        if not family_named(name).each_survey:
            return of(name)
        return {survey: kept.key(of(name, survey)) for survey in answered_surveys(data)}

    return {job: of(*job) for job in jobs}


def _depends(data: Path, name: str, held: Inputs, facts: Inputs, families: Inputs) -> Inputs:
    wanted, found = family_named(name), dict(_code(name))
    found["the kind of data"] = held["kind"]  # by which sheets are told to be invented
    found |= {f"the data/{table}": held.get(table, "") for table in wanted.tables}
    for what in wanted.reads:
        if what in _OF_ALL_TABLES:
            found |= {f"the data/{table}": digest for table, digest in held.items()}
        elif what in families:
            found[f"the estimates/{what}"] = families[what]
    if "expectations" in wanted.reads:
        found["what was announced"] = announced(data)
    of = {"replies": "partners"}  # where they stand
    groups = [f"the {of.get(what, what)}/" for what in wanted.reads if what in CONTEXT]
    groups += [f"the reference/{what}." for what in wanted.reads if what in REFERENCES]
    if wanted.families:  # whose estimates say what they count
        groups += ["the catalogue/indicators.", "the catalogue/own/indicators."]
    return found | {file: facts[file] for file in facts if file.startswith(tuple(groups))}


def prepare() -> None:
    """Do now what the first call of `given` would do once in a process."""
    for name in families():
        _code(name)


@cache
def _code(name: str) -> Inputs:
    """The code by which a family is read, computed and kept, and what is installed."""
    read_by = [store.__name__, project.__name__]
    if "received" in family_named(name).reads:
        read_by.append(devices.__name__)
    found = kept.code_of(family_named(name).compute.__module__, *read_by)
    return found | kept.module_file(__name__) | kept.installed_packages()


def _packed(result: Given) -> dict[str, bytes]:
    words = {f"words/{name}": rows for name, rows in result.words.items()}
    numbers = {"estimates": result.estimates, "comparisons": result.comparisons}
    return packed_frames(numbers | words)


def _unpacked(found: Mapping[str, bytes]) -> Given:
    frames = unpacked(found)
    words = {name.removeprefix("words/"): frames[name] for name in frames if "/" in name}
    return Given(frames["estimates"], frames["comparisons"], words)


def packed_frames(frames: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Frames by their names, as files that are kept."""
    return {f"{name}.parquet": rows.to_parquet(index=False) for name, rows in frames.items()}


def unpacked(found: Mapping[str, bytes]) -> dict[str, pd.DataFrame]:
    """The frames of files that are kept, by their names."""
    return {
        name.removesuffix(".parquet"): pd.read_parquet(io.BytesIO(content))
        for name, content in found.items()
    }


def _read(what: str, wanted: Family, data: Path, quarter: Quarter, survey: str) -> Any:
    """What a parameter of a family names."""
    first = quarter.back(wanted.quarters)[0] if wanted.quarters else None
    if what in ALIKE:
        own = ALIKE[what].quarters
        return store.alike(data, what, quarter.back(own)[0] if own else first, quarter)
    if what in TABLES:
        if TABLES[what].by_days:  # of which families need sums, and which days are told
            return store.spans(data, what, first, quarter)
        if survey and what == RESPONSES:
            return store.read(data, what, first, quarter, device=survey)
        if survey:  # which those of all surveys read
            digest = store.table_digests(data).get(what, "")
            return _of_all(data, digest, what, first, quarter).copy()
        return store.read(data, what, first, quarter)
    if what in REFERENCES:
        return project.reference(what)
    if what not in CONTEXT:
        asked = answered_surveys(data) if family_named(what).each_survey else [""]
        return estimates.combine(given(data, quarter, what, one).estimates for one in asked)
    context: dict[str, Callable[[], Any]] = {
        "catalogue": lambda: catalogue_at(data, quarter),
        "quarter": lambda: quarter,
        "actions": lambda: records_until(Action, data, quarter),
        "practices": lambda: project.practices(data, store.kind(data)),
        "replies": lambda: records_until(Reply, data, quarter),
        "decisions": lambda: records_until(Decision, data, quarter),
        "expectations": lambda: expectations(data, quarter),
        "held": lambda: store.devices(data),
        "heard": lambda: store.heard(data, first or quarter, quarter),
        "received": lambda: store.count_received(data, devices.COUNTED, quarter),
        "responses_of": lambda: {
            one: partial(store.read, data, RESPONSES, first, quarter, device=one)
            for one in answered_surveys(data)
        },
    }
    return context[what]()


@lru_cache(4)
def _of_all(
    data: Path, digest: str, what: str, first: Quarter | None, quarter: Quarter
) -> pd.DataFrame:
    """A tidy table, read once a process where it is as its digest says."""
    return store.read(data, what, first, quarter)


def catalogue_at(data: Path, quarter: Quarter) -> Catalogue:
    """The catalogue, with what changed in what is measured until the end of the quarter."""
    known = records_until(Action, data, quarter)
    changes = {one.id: one for one in known if one.kind == "measure"}
    return project.catalogue(data).model_copy(update={"changes": changes})


def records_until(kind: type[_Dated], data: Path, quarter: Quarter) -> tuple[_Dated, ...]:
    """What people recorded of a kind until the end of the quarter, the oldest first."""
    return tuple(one for one in project.records_of(kind, data) if one.date <= quarter.end)


def expectations(data: Path, quarter: Quarter) -> list[tuple[Expectation, str]]:
    """What analysts expected of a quarter, each with why it is exploratory (`""`: it is not)."""
    seen = {name: (one.digest, one.late) for name, one in store.first_seen(data).items()}
    own = (one for one in project.records_of(Expectation, data) if one.period == quarter)
    return [(one, sheets.exploratory(one, seen.get(one.id))) for one in own]


def standing_of_expectations(data: Path) -> dict[str, str]:
    """What stands of every expectation, whatever its quarter, by its id; of one withdrawn too."""
    seen, told = store.first_seen(data), {}
    for one in project.records_of(Expectation, data):
        first = seen.pop(one.id, None)
        why = sheets.exploratory(one, first and (first.digest, first.late))
        told[one.id] = f"exploratory, as {sheets.EXPLORATORY_REASONS[why]}" if why else "announced"
        if first:
            told[one.id] += f"; first seen on {first.on}"
            told[one.id] += f", last committed on {first.committed}" * bool(first.committed)
    gone = "was seen, and its file is gone; restore it: what was announced is not taken back"
    return told | dict.fromkeys(seen, gone)


def announced(data: Path) -> str:
    """The digest of how expectations were first seen."""
    return kept.bytes_digest(json.dumps(store.first_seen(data), sort_keys=True).encode())


# --- Departments where products are many: whose each row is, and which have pages of their own

ALL_DEPARTMENTS = ""  # no department: all of them together


def products_heard(devices: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The products that some of the devices listen to, in the catalogue's order.

    >>> from observlib import Study
    >>> catalogue = Study("2026-T3", "data/demo").catalogue
    >>> products_heard(["audience-boamp", "jdma-legifrance"], catalogue)
    ['legifrance', 'boamp']
    """
    fed = {catalogue.devices[name].product for name in devices if name in catalogue.devices}
    return [product for product in catalogue.products if product in fed]


def departments_with_pages(devices: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The departments for each of which an edition makes a page of a study."""
    fed = [*devices]
    if len(products_heard(fed, catalogue)) <= MANY:
        return [ALL_DEPARTMENTS]
    own = {department_of("", name, catalogue) for name in fed}
    return [name for name in catalogue.departments if name in own]


def department_of(product: str, device: str, catalogue: Catalogue) -> str:
    """The department of a product, or of a device that listens (its owner's, if of no one product);
    else `ALL_DEPARTMENTS`, as what a neighbour publishes."""
    found = catalogue.devices.get(device)
    product = product or (found.product or "" if found else "")
    if product:
        known = catalogue.products.get(product)
        return known.department if known else ALL_DEPARTMENTS
    return found.owner if found and found.listens else ALL_DEPARTMENTS


def part_of_department(rows: pd.DataFrame, department: str, catalogue: Catalogue) -> pd.DataFrame:
    """Of estimates, comparisons or words, those of a department, and those of none; of all, all."""
    if department == ALL_DEPARTMENTS or {"product", "device"}.isdisjoint(rows):
        return rows
    kept = _departments_of(rows, "", catalogue).isin([department, ALL_DEPARTMENTS])
    if "against" in rows:
        two = rows["against"] == "product"
        kept |= two & (_departments_of(rows, estimates.REFERENCE, catalogue) == department)
    return rows[kept]


def _departments_of(rows: pd.DataFrame, side: str, catalogue: Catalogue) -> pd.Series:
    """The department of each row, by its own product and device or by those of its reference."""
    keys = rows.reindex(columns=[f"{side}product", f"{side}device"]).astype(object).fillna("")
    pairs = [*keys.itertuples(index=False, name=None)]
    known = {pair: department_of(pair[0], pair[1], catalogue) for pair in {*pairs}}
    return pd.Series([known[pair] for pair in pairs], index=rows.index, dtype=object)


def given_of_department(given: Given, department: str, catalogue: Catalogue) -> Given:
    """What a family gives of a department."""
    own = partial(part_of_department, department=department, catalogue=catalogue)
    words = {name: own(rows) for name, rows in given.words.items()}
    return Given(own(given.estimates), own(given.comparisons), words)
