"""Errata as readers meet them: on the pages that tell their figures, on a page of all, in the feed.

What they are is in `observlib.pipeline.revisions`; an edition's manifest names those that it bears.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates, store
from observlib.base.errors import bounded
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display.tables import NOTHING
from observlib.edition import consistency, notices
from observlib.edition.plan import Request
from observlib.language import french, words
from observlib.language.prose import Markdown
from observlib.pipeline import archive, revisions
from observlib.publish.editions import record, vintages
from observlib.publish.editions.record import Edition
from observlib.publish.editions.vintages import named
from observlib.publish.pages import macros

PAGES, WORDS = macros(__file__), macros(__file__, str)
HOME, METHOD = "index", "methode"  # the fixed pages that tell figures

Borne = Mapping[str, Mapping[str, Any]]  # by its id: `digest`, and the `pages` that tell it
_Texts = tuple[str, str, str]


def of_edition(request: Request, folder: Path) -> pd.DataFrame:
    """The errata of the edition that a folder holds (see `revisions.borne_errata`)."""
    rows, _ = archive.tables(folder)
    return revisions.borne_errata(
        request.errata, rows, archive.earlier(request.data), str(request.quarter)
    )


def by_page(request: Request, folder: Path) -> dict[str, pd.DataFrame]:
    """Which errata each page of an edition's folder tells the figures of, by the pages' names.

    One of which no page tells a figure, as of what was withdrawn, is told by the home page.
    """
    own = of_edition(request, folder)
    if own.empty:
        return {}
    rows, pairs = archive.tables(folder)
    told = {
        path.stem: consistency.told_on(path.read_text("utf-8")) for path in folder.glob("*.ipynb")
    }
    if (request.root / "reports" / f"{METHOD}.qmd").exists():
        now = archive.in_the_making(rows, request.quarter, request.today)
        before = archive.earlier(request.data)
        told[METHOD] = vintages.told_in_triangles(now, before, request.catalogue)
    told[HOME] = notices.told_at_front(rows, pairs, request.quarter)
    keys = revisions.keys_of(own)
    found = {page: keys.isin(revisions.keys_of(rows)) for page, rows in told.items()}
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
        for name, digest in revisions.errata_digests(of_edition(request, folder)).items()
    }


def unborne(root: Path, data: Path, but: Quarter | None, today: date) -> dict[str, str]:
    """The editions of the site that do not bear the errata of what they tell, with these, in words.

    Those that bear one that is no more, or was another then, are among them.
    """
    site = root / "reports" / "_site"
    has = {one.quarter: record.errata(site / one.quarter) for one in record.published(site)}
    if not revisions.load_errata(root / "reports") and not any(has.values()):
        return {}
    left_out = str(but or store.latest_quarter(data, today))
    known, told = revisions.known_errata(root, data, today), archive.earlier(data)
    last = {one.quarter: one.told.estimates for one in told}
    found = {}
    for quarter in sorted(has.keys() & last.keys() - {left_out}):
        wanted = revisions.errata_digests(
            revisions.borne_errata(known, last[quarter], told, quarter)
        )
        there = {name: one["digest"] for name, one in has[quarter].items()}
        if names := sorted({name for name, _ in wanted.items() ^ there.items()}):
            found[quarter] = bounded(names)
    return found


def callouts(rows: pd.DataFrame, catalogue: Catalogue) -> list[Markdown]:
    """A callout for each erratum of a page, the latest first."""
    return [PAGES("callout", *told) for told in _latest_first(rows, catalogue)]


def _latest_first(
    rows: pd.DataFrame, catalogue: Catalogue
) -> list[tuple[estimates.Row, list[_Texts]]]:
    """Of each erratum what all its figures have, and the name and values of each."""
    every = [estimates.records(own) for _, own in rows.groupby("erratum", sort=False)]
    return [(own[0], [_figure(row, catalogue) for row in own]) for own in reversed(every)]


def _figure(row: estimates.Row, catalogue: Catalogue) -> _Texts:
    """The name of a figure, and its value as it was told and as it is; none where it is withdrawn.

    What is withdrawn is not told again: it may be what nobody should have told.
    """
    name = f"{named(row, catalogue)}, {words.label(row, 'period', catalogue)}"
    if math.isnan(row["corrected"]):
        return name, "", ""
    indicator = words.indicator_of(row["indicator"], catalogue)
    published, corrected = (
        words.value({"estimate": row[key], "unit": row["unit"], "status": ""}, indicator)
        for key in ("published", "corrected")
    )
    return name, published, corrected


def on_notebook(notebook: str, told: Iterable[str]) -> str:
    """A page's notebook, as JSON, with callouts before all but its front matter."""
    made = json.loads(notebook)
    cell = {"cell_type": "markdown", "id": "errata", "metadata": {}, "source": "\n\n".join(told)}
    made["cells"].insert(1, cell)
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def summaries(known: pd.DataFrame, catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    """What the feed says of each erratum: its id, its day, its title, what to read and why."""
    return [
        (one["erratum"], one["day"], WORDS("title", one), WORDS("summary", one, figures))
        for one, figures in _latest_first(known, catalogue)
    ]


def part(
    known: pd.DataFrame,
    editions: Sequence[Edition],
    studies: Mapping[str, Mapping[str, str]],
    told: Mapping[str, Borne],
    catalogue: Catalogue,
) -> str:
    """The page of all errata, as Markdown, the latest first."""

    def places(name: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for quarter in (one.quarter for one in editions if name in told[one.quarter]):
            titles = {HOME: "Accueil", METHOD: "Méthode", **studies[quarter]}
            pages = told[quarter][name]["pages"]
            yield quarter, [(page, titles[page]) for page in titles if page in pages]

    errata = [
        (one, [_cells(figure) for figure in figures], [*places(one["erratum"])])
        for one, figures in _latest_first(known, catalogue)
    ]
    without = [
        f"édition du {french.period_label(one.quarter)}"
        for one in editions
        if not told[one.quarter]
    ]
    return PAGES("page", errata, french.join(without))


def _cells(figure: _Texts) -> _Texts:
    name, published, corrected = figure
    return name, published or NOTHING, corrected or "chiffre retiré"
