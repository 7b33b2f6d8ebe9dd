"""The project folder of an edition: what people wrote of the site, around its notebooks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from statistics import median_low
from typing import Any

import pandas as pd

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.base.period import Quarter, edition_day
from observlib.base.yaml_files import as_front_matter, dump, mapping, read_front_matter, read_text
from observlib.catalogue import Catalogue, tables
from observlib.edition import notices, origins
from observlib.edition.checklist import count_complete
from observlib.edition.plan import DEPARTMENT, Request
from observlib.estimates import MEASURES
from observlib.language import french
from observlib.language.prose import plain, typography
from observlib.pipeline import archive, disclosed, frame, revisions
from observlib.publish import record, vintages
from observlib.publish.origins import ORIGINS_FOLDER, ORIGINS_PAGE
from observlib.publish.project import globbed
from observlib.records.sheets import Action
from observlib.themes import quotes, templates
from observlib.themes.surveys import STEPS

_Entry = Mapping[str, Any]  # a manifest, or what it has of a study
# places of the method's page, and the files of `reports/` that stand there
_MEASURED = {"effacement": "_redaction.md", "machine": "_machine.md"}


def stage(request: Request, work: Path, manifest: Mapping[str, Any]) -> Path:
    """Make the project folder of the edition that a work folder holds, beside it."""
    copy = work / "project"
    shutil.rmtree(copy, ignore_errors=True)
    notices.write_sources(request, copy)
    not_pages = shutil.ignore_patterns(*archive.FILES)
    shutil.copytree(work / "edition", copy, ignore=not_pages, dirs_exist_ok=True)
    corrected = {
        page: notices.callouts(rows, request.catalogue)
        for page, rows in notices.by_page(request, work / "edition").items()
    }
    has_origins = (copy / f"{ORIGINS_FOLDER}.qmd").exists()
    manifest = {**manifest, "site": request.brand.name}
    for study in manifest["studies"]:
        if "sha256" in study:
            page = copy / f"{study['page']}.ipynb"
            its_origins = f"{ORIGINS_PAGE}#page-{study['page']}" if has_origins else ""
            annex = notices.passport(study, manifest, request.place, its_origins)
            told_here = corrected.get(study["page"], [])
            text = notices.with_annex(page.read_text(encoding="utf-8"), annex, told_here)
            page.write_text(text, encoding="utf-8", newline="\n")
    if has_origins:
        there = [study for study in manifest["studies"] if "sha256" in study]
        tables = archive.archive_tables(work / "edition")
        origins.write_origins(request, copy, there, *tables, manifest.get("frame", ()))
    edition = work / "edition"
    _announce(copy / "index.qmd", manifest, request, edition, corrected.get(notices.HOME, []))
    if (method := copy / "methode.qmd").exists():
        _tell_method(method, manifest, request, edition, corrected.get(notices.METHOD, []))
    group_by_department(copy, manifest["studies"], request.catalogue)
    return copy


def _tell_method(
    page: Path, manifest: _Entry, request: Request, edition: Path, callouts: Iterable[str]
) -> None:
    """Put on the copy of the method page what was measured and what code says."""
    report = disclosed.disclosure_report(
        disclosed.disclosure_decisions(request.data, request.quarter)
    )
    text = page.read_text(encoding="utf-8")
    text = notices.with_attack(text, request.quarter, report, request.catalogue)
    day = edition_day(manifest["published"], manifest["revisions"])
    rows, _ = archive.archive_tables(edition)
    catalogue = revisions.with_errata(request.catalogue, notices.of_edition(request, rows))
    now = archive.in_the_making(rows, request.quarter, day)
    parts = {
        "citation": typography(templates.narrative("sentences").quotes_rule(quotes)),
        "faits": typography(templates.narrative("main_points").points_rule()),
        "qualite": _quality(request, rows, date.fromisoformat(manifest["published"])),
        "revisions": vintages.revisions_part(now, archive.earlier(request.data), catalogue),
    }
    for name, measured in _MEASURED.items():
        if f"<!-- {name} -->" in text:
            otherwise = "restore it, or take its place out of reports/methode.qmd"
            parts[name] = _read(page.with_name(measured), otherwise)
    for name, part in parts.items():
        text = notices.with_part(text, name, part)
    text = notices.with_callouts(text, callouts)
    page.write_text(text, encoding="utf-8", newline="\n")


def _read(path: Path, otherwise: str) -> str:
    """The text of the copy of a file of `reports/`."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ObservError(f"reports/{path.name}: is absent or not UTF-8; {otherwise}") from error


def _announce(
    page: Path, manifest: _Entry, request: Request, edition: Path, callouts: Iterable[str]
) -> None:
    """Put the notices and the main points of an edition's folder on the copy of the home page."""
    text = _read(page, "an edition needs it as its home page")
    points, pictures = notices.front_page(
        *archive.archive_tables(edition),
        request.catalogue,
        frame.records_until(Action, request.data, request.quarter),
        request.quarter,
        {study["page"] for study in manifest["studies"] if "sha256" in study},
    )
    text = notices.with_package(
        notices.with_part(text, "points", points), edition, manifest.get("frame", {})
    )
    if following := record.load_calendar(request.data, request.root).after(request.quarter):
        text = notices.with_part(text, "prochaine", notices.PAGES("next_edition", following[0]))
    text = notices.with_callouts(text, [*notices.notices(manifest), *callouts])
    page.write_text(text, encoding="utf-8", newline="\n")
    write_all(pictures, page.parent)


# --- Menus and lists of an edition of many products: each department has a page that lists them

MOST_LISTED = 40  # pages of products, surveys, partners and departments that are listed one by one
_KINDS = {  # by what a study has a page for each of
    DEPARTMENT: ("Les études", "étude", "études"),
    "product": ("Les produits", "produit", "produits"),
    "device": ("Les enquêtes", "enquête", "enquêtes"),
    "partner": ("Les organismes", "organisme", "organismes"),
}


def group_by_department(project: Path, studies: Sequence[_Entry], catalogue: Catalogue) -> None:
    """Have a project's menu and home page lead to departments, where there are many products."""
    kinds = {name: {kind: list[str]() for kind in _KINDS} for name in catalogue.departments}
    for study in studies:
        kind, department = _kind(study, catalogue), _department(study, catalogue)
        if "sha256" in study and kind and department:
            kinds[department][kind].append(f"{study['page']}.ipynb")
    departments = {name: own for name, own in kinds.items() if any(own.values())}
    grouped = {page for own in departments.values() for pages in own.values() for page in pages}
    if len(grouped) <= MOST_LISTED:
        return
    for name, own in departments.items():
        text = _page(catalogue.departments[name].label, own)
        (project / f"departement-{name}.qmd").write_text(text, encoding="utf-8", newline="\n")
    pages = [f"{study['page']}.ipynb" for study in studies if "sha256" in study]
    lists = [f"departement-{name}.qmd" for name in departments]
    left = [*lists]  # which the menu has once

    def listed(glob: str, departments: Sequence[str]) -> list[str] | None:
        """Of the pages that a glob names those that stay, then departments; None where all stay."""
        told = globbed(project, glob)
        named = [page for page in pages if PurePosixPath(page) in told]
        kept = [page for page in named if page not in grouped]
        return None if len(kept) == len(named) else [*kept, *departments]

    def spread(item: Any) -> list[Any]:
        """An item of the menu, where departments stand in place of grouped pages."""
        if isinstance(item, dict) and "contents" in item:
            own = [one for each in item["contents"] for one in spread(each)]
            return [{**item, "contents": own}]
        glob = item.get("auto") if isinstance(item, dict) else None
        named = listed(glob, left) if isinstance(glob, str) else None
        if named is None:
            return [item]
        left.clear()
        return [{"href": name} for name in named]

    path = project / "_quarto.yml"
    config = mapping(read_text(path), path)
    config["project"]["render"] += lists
    sidebar = config["website"]["sidebar"]
    sidebar["contents"] = [one for item in sidebar["contents"] for one in spread(item)]
    path.write_text(dump(config), encoding="utf-8", newline="\n")
    home = project / "index.qmd"
    header, text = read_front_matter(read_text(home), home)
    for listing in header.get("listing") or []:
        if isinstance(glob := listing["contents"], str):
            listing["contents"] = listed(glob, lists) or glob
    home.write_text(as_front_matter(header) + text, encoding="utf-8", newline="\n")


def _kind(study: _Entry, catalogue: Catalogue) -> str:
    """What a page is one of many for, such as a product; nothing of the others."""
    if study["page"] == study["study"]:
        return ""
    known = {kind: getattr(catalogue, f"{kind}s") for kind in ("product", "device", "partner")}
    of = dict(study["parameters"])
    department = of.pop(DEPARTMENT, "")  # which may be called as a product is
    kinds = (kind for kind, own in known.items() if any(value in own for value in of.values()))
    return next(kinds, DEPARTMENT if department else "")


def _department(study: _Entry, catalogue: Catalogue) -> str:
    """The department that a page is for, or that of its product or survey; else nothing."""
    values = [str(value) for value in study["parameters"].values()]
    own = [frame.department_of(value, "", catalogue) for value in values]
    own += [frame.department_of("", value, catalogue) for value in values]
    return next(filter(None, [study["parameters"].get(DEPARTMENT), *own]), "")


def _page(label: str, kinds: Mapping[str, list[str]]) -> str:
    """The page of a department, of its pages of each kind."""
    there = {kind: pages for kind, pages in kinds.items() if pages}
    counts = [french.count(len(pages), *_KINDS[kind][1:]) for kind, pages in there.items()]
    header = {
        "title": str(plain(label)),
        "description": f"{french.join(counts)}.",
        "section": "Département par département",
        "format": "html",
        "toc": False,
        "listing": [
            {"id": kind, "contents": pages, "sort": "order", "fields": ["title"]}
            for kind, pages in there.items()
        ],
    }
    parts = [f"## {_KINDS[kind][0]}\n\n::: {{#{kind}}}\n:::\n" for kind in there]
    return as_front_matter(header) + "\n" + "\n".join(parts)


# --- The quality of an edition, in the indicators that European official statistics report

_THERE = ("published", "low_base", "partial")


def completeness_rate(rows: pd.DataFrame, quarter: Quarter) -> tuple[int, int]:
    """Figures of an edition's own quarter that could be told, of all that were to be (R1).

    Those that are withheld are no part of either, as Eurostat has it for producers.
    """
    states = rows.loc[rows["period"] == quarter, "status"]
    there = int(states.isin(_THERE).sum())
    return there, there + int((states == "missing").sum())


def lengths(
    held: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue, quarter: Quarter
) -> list[int]:
    """How many whole quarters each device has been comparable for, the shortest first (CC2).

    From its first data, or its last change of what it measures (an action of the kind `measure`).
    """
    changes = [action for action in actions if action.kind == "measure"]
    listening = held[~held["table"].isin(tables.FACT_TABLES)].dropna(subset=["start", "end"])
    found = []
    for name, start, end in listening[["device", "start", "end"]].itertuples(index=False):
        device = catalogue.devices.get(name)
        if device is None or date.fromisoformat(end) < quarter.start:
            continue
        own = [
            change.date
            for change in changes
            if change.device == name or (not change.device and change.product == device.product)
        ]
        first = max([date.fromisoformat(start), *own])
        begun = Quarter.of(first)
        later = 0 if begun.start == first else 1
        count = 4 * (quarter.year - begun.year) + quarter.number - begun.number + 1 - later
        found += [count] if count > 0 else []
    return sorted(found)


def unanswered_shares(rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The least and the largest share of respondents that gave no mark, by survey (A5), in %.

    One who had left before a question counts, and one of whom it was not asked: surveys do not tell
    the two apart.
    """
    is_begun = (rows["indicator"] == "survey_funnel") & (rows["group_value"] == [*STEPS][2])
    is_mark = (rows["group"] == "") & rows["indicator"].isin(MEASURES)
    asked = rows.loc[is_mark & rows["status"].isin(_THERE), ["device", "period", "n"]]
    both = rows.loc[is_begun, ["device", "period", "estimate"]].merge(asked.dropna())
    both = both[both["estimate"] > 0]
    shares = (100.0 * (1 - both["n"] / both["estimate"])).clip(lower=0.0)
    found = shares.groupby([both["device"], both["period"]], sort=False).agg(["min", "max"])
    return {survey: (low, high) for (survey, _), low, high in found.itertuples(name=None)}


def _quality(request: Request, rows: pd.DataFrame, published: date) -> str:
    """The quality of an edition, as a part of its method page."""
    data, quarter, known = request.data, request.quarter, request.catalogue
    series = lengths(
        store.devices(data), frame.records_until(Action, data, quarter), known, quarter
    )
    planned = record.load_calendar(data, request.root).of(quarter)
    labels = {device.id: device.label for device in known.devices.values()}
    return notices.PAGES(
        "quality",
        completeness_rate(rows, quarter),
        count_complete(store.status(data, known.devices.values(), request.today), quarter),
        (published - quarter.end).days,
        record.days_missed(planned, published) if planned else "nd",
        series and (series[0], median_low(series), series[-1]),
        {labels.get(survey, survey): of for survey, of in unanswered_shares(rows).items()},
    )
