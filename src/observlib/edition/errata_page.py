"""Errata as readers meet them: on the pages that tell their figures, on a page of all, in the feed.

What they are is in `observlib.pipeline.errata`; an edition's manifest names those that it bears.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates, store
from observlib.base.errors import bounded
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import tables
from observlib.display.output import pipe_table
from observlib.edition import consistency, front_page
from observlib.edition.request import Request
from observlib.estimates import FIGURE
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown, typography
from observlib.pipeline import archive, errata
from observlib.publish.editions import record, revisions
from observlib.publish.editions.difference import named
from observlib.publish.editions.record import Edition

TEXTS = wording.beside(__file__)
HOME, METHOD = "index", "methode"  # the fixed pages that tell figures

Borne = Mapping[str, Mapping[str, Any]]  # by its id: `digest`, and the `pages` that tell it


def of_edition(request: Request, folder: Path) -> pd.DataFrame:
    """The errata of the edition that a folder holds (see `errata.borne`)."""
    rows, _ = archive.tables(folder)
    return errata.borne(request.errata, rows, archive.earlier(request.data), str(request.quarter))


def by_page(request: Request, folder: Path) -> dict[str, pd.DataFrame]:
    """Which errata each page of an edition's folder tells the figures of, by the pages' names.

    One of which no page tells a figure, as of what was withdrawn, is told by the home page.
    """
    own = of_edition(request, folder)
    if own.empty:
        return {}
    rows, pairs = archive.tables(folder)
    of = (archive.earlier(request.data), request.catalogue, request.quarter, request.today)
    told = {
        path.stem: consistency.told_on(path.read_text("utf-8")) for path in folder.glob("*.ipynb")
    }
    if (request.root / "reports" / f"{METHOD}.qmd").exists():
        told[METHOD] = revisions.told_on(rows, *of)
    told[HOME] = front_page.told_on(rows, pairs, request.quarter)
    keys = pd.MultiIndex.from_frame(own[FIGURE])
    found = {page: keys.isin(pd.MultiIndex.from_frame(rows[FIGURE])) for page, rows in told.items()}
    found[HOME] |= ~pd.DataFrame(found).any(axis=1).to_numpy()
    return {page: own[which] for page, which in sorted(found.items()) if which.any()}


def borne(request: Request, folder: Path) -> dict[str, dict[str, Any]]:
    """What the manifest of the edition in a folder says of the errata that it bears."""
    pages = by_page(request, folder)
    return {
        name: {
            "digest": digest,
            "pages": [page for page in pages if name in {*pages[page]["erratum"]}],
        }
        for name, digest in errata.digests(of_edition(request, folder)).items()
    }


def unborne(root: Path, data: Path, but: Quarter | None, today: date) -> dict[str, str]:
    """The editions of the site that do not bear the errata of what they tell, with these, in words.

    Those that bear one that is no more, or was another then, are among them.
    """
    site = root / "reports" / "_site"
    has = {one.quarter: record.errata(site / one.quarter) for one in record.published(site)}
    if not errata.load(root / "reports") and not any(has.values()):
        return {}
    left_out = str(but or store.latest_quarter(data, today))
    known, told = errata.known(root, data, today), archive.earlier(data)
    last = {one.quarter: one.told.estimates for one in told}
    found = {}
    for quarter in sorted(has.keys() & last.keys() - {left_out}):
        wanted = errata.digests(errata.borne(known, last[quarter], told, quarter))
        there = {name: one["digest"] for name, one in has[quarter].items()}
        if names := sorted({name for name, _ in wanted.items() ^ there.items()}):
            found[quarter] = bounded(names)
    return found


def callouts(rows: pd.DataFrame, catalogue: Catalogue) -> list[Markdown]:
    """A callout for each erratum of a page, the latest first."""
    return [_callout(own, catalogue) for own in _latest_first(rows)]


def _latest_first(rows: pd.DataFrame) -> list[list[dict[str, Any]]]:
    """The figures of each erratum, as records."""
    return [estimates.records(own) for _, own in rows.groupby("erratum", sort=False)][::-1]


def _callout(own: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Markdown:
    first, figures = own[0], [_read(row, catalogue) for row in own]
    link = markdown(
        "[{}](../editions/{}.html#{}{}).",
        TEXTS["more"], Markdown(errata.PAGE), Markdown(errata.PREFIX), Markdown(first["erratum"]),
    )  # fmt: skip
    on_screen = markdown('[{}]{{.content-visible when-format="html"}}', link)
    told = markdown("{} {}", typography(f"{_why(first)} {TEXTS['again']}"), on_screen)
    listed = [markdown("{}", typography(figures[0]))]
    if len(figures) > 1:
        listed = [joined((markdown("- {}", typography(line)) for line in figures), "\n")]
    text = joined([*listed, told], "\n\n")
    return markdown("::: {{.callout-important}}\n## {}\n\n{}\n:::", _title(first), text)


def _title(row: Mapping[str, Any]) -> str:
    return typography(TEXTS["title"].format(day=french.day_label(date.fromisoformat(row["day"]))))


def _why(row: Mapping[str, Any]) -> str:
    cause = row["cause"]
    return f"{row['what'].rstrip('.')}. " + TEXTS[f"causes.{cause}"]


def _read(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """What was read of a figure, and what is to be read, in a sentence."""
    name = f"{named(row, catalogue)}, {words.label(row, 'period', catalogue)}"
    if math.isnan(row["corrected"]):
        return TEXTS["withdrawn"].format(name=name)
    published, corrected = _values(row, catalogue)
    return TEXTS["read"].format(name=name, published=published, corrected=corrected)


def _values(row: Mapping[str, Any], catalogue: Catalogue) -> tuple[str, str]:
    """A figure as it was told and as it is, with its unit.

    What is withdrawn is not told again: it may be what nobody should have told.
    """
    if math.isnan(row["corrected"]):
        return tables.NOTHING, TEXTS["gone"]
    indicator = words.indicator_of(row["indicator"], catalogue)
    both = [
        words.value({"estimate": row[name], "unit": row["unit"], "status": ""}, indicator)
        for name in ("published", "corrected")
    ]
    return both[0], both[1]


def on_notebook(notebook: str, told: Iterable[str]) -> str:
    """A page's notebook, as JSON, with callouts before all but its front matter."""
    made = json.loads(notebook)
    cell = {"cell_type": "markdown", "id": "errata", "metadata": {}, "source": "\n\n".join(told)}
    made["cells"].insert(1, cell)
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def summaries(known: pd.DataFrame, catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    """What the feed says of each erratum: its id, its day, its title, what to read and why."""
    return [
        (
            own[0]["erratum"],
            own[0]["day"],
            _title(own[0]),
            typography(" ".join([*(_read(row, catalogue) for row in own), _why(own[0])])),
        )
        for own in _latest_first(known)
    ]


def part(
    known: pd.DataFrame,
    editions: Sequence[Edition],
    studies: Mapping[str, Mapping[str, str]],
    told: Mapping[str, Borne],
    catalogue: Catalogue,
) -> str:
    """The page of all errata, as Markdown, the latest first."""
    parts = [_whole(own, editions, studies, told, catalogue) for own in _latest_first(known)]
    if not parts:
        return typography(TEXTS["none"])
    if without := [_edition(one).lower() for one in editions if not told[one.quarter]]:
        parts.append(markdown("{}", TEXTS["without"].format(names=french.join(without))))
    return typography(joined(parts, "\n\n"))


def _edition(one: Edition) -> str:
    return TEXTS["edition"].format(name=french.period_label(one.quarter))


def _whole(
    own: Sequence[Mapping[str, Any]],
    editions: Sequence[Edition],
    studies: Mapping[str, Mapping[str, str]],
    told: Mapping[str, Borne],
    catalogue: Catalogue,
) -> Markdown:
    """All of an erratum: its figures, why, and where it is told."""
    first, values = own[0], [_values(row, catalogue) for row in own]
    head = markdown(
        "## {} {{#{}{}}}", _title(first), Markdown(errata.PREFIX), Markdown(first["erratum"])
    )
    names = [f"{named(row, catalogue)}, {words.label(row, 'period', catalogue)}" for row in own]
    columns = {
        TEXTS["figure"]: names,
        TEXTS["published"]: [published for published, _ in values],
        TEXTS["corrected"]: [corrected for _, corrected in values],
    }
    where = [
        _where(one, told[one.quarter][first["erratum"]]["pages"], studies[one.quarter])
        for one in editions
        if first["erratum"] in told[one.quarter]
    ]
    places = [markdown("{}", TEXTS["told"]), joined(where, "\n")] if where else [TEXTS["nowhere"]]
    right = (TEXTS["published"], TEXTS["corrected"])
    return joined([head, _why(first), pipe_table(columns, right=right), *places], "\n\n")


def _where(one: Edition, pages: Collection[str], studies: Mapping[str, str]) -> Markdown:
    """An edition, and its pages that tell an erratum, with links."""
    titles = {HOME: TEXTS["home"], METHOD: TEXTS["method"], **studies}
    links = [
        markdown("[{}](../{}/{}.html)", titles[page], Markdown(one.quarter), Markdown(page))
        for page in titles
        if page in pages
    ]
    edition = markdown("[{}](../{}/index.html)", _edition(one), Markdown(one.quarter))
    return markdown("- {} : {}", edition, joined(links, ", "))


def line(told: Borne) -> list[Markdown]:
    """What the list of editions says of one that bears errata."""
    count = french.count(len(told), "erratum", "errata")
    return [markdown("- [{}]({}.qmd)", count, Markdown(errata.PAGE))] if told else []
