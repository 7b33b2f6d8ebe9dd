"""The published series: each figure as each edition told it, and what became of it later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from observlib import dataset, estimates
from observlib.catalogue import Catalogue
from observlib.display.output import html_table, label_html
from observlib.display.select import ordered
from observlib.display.tables import NOTHING, cell
from observlib.estimates import FIGURE, TOLD
from observlib.language import french, words
from observlib.language.prose import Markdown, folded, joined, markdown
from observlib.pipeline import archive, revisions
from observlib.pipeline.revisions import BEFORE

FILE = "series.csv"
_EDITION = ["edition", "day"]
_ORDER = ["period", "revision"]


def tellings(told: Iterable[archive.Publication]) -> pd.DataFrame:
    """Each figure as it was published, and again in each edition that told it otherwise."""
    last = {(one.quarter, one.day): one for one in told}  # in the order of the first of each day
    frames = [
        one.told.estimates.drop(columns="source").assign(edition=one.quarter, day=one.day)
        for one in sorted(last.values(), key=lambda one: one.name)
    ]
    rows = pd.concat(frames, ignore_index=True).drop_duplicates([*FIGURE, *_EDITION], keep="last")
    same = pd.Series(estimates.lines(rows[TOLD]), rows.index)
    keys = [rows[name] for name in FIGURE]
    rows = rows[same != same.groupby(keys).shift()]
    return rows.assign(revision=rows.groupby(FIGURE).cumcount()).reset_index(drop=True)


def csv_of(rows: pd.DataFrame, catalogue: Catalogue, synthetic: bool) -> str:
    """All that was told as CSV, with the letters of each figure and the reason of each revision.

    Texts that a spreadsheet would take for formulas are marked.
    """
    rows = rows.sort_values([*FIGURE, "revision"], ignore_index=True)
    before = rows.groupby(FIGURE)[[*TOLD, "unit", *_EDITION]].shift().add_prefix(BEFORE)
    both = pd.concat([rows, before], axis="columns")
    again = revisions.with_reasons(both[rows["revision"] > 0], catalogue)["reason"]
    both["reason"] = ""
    both.loc[rows["revision"] > 0, "reason"] = again.to_numpy()
    flags = [
        dataset.flagged(
            row["status"],
            revisions.letters_of(row, catalogue)
            if row["revision"]
            else revisions.break_of(row, catalogue),
        )
        for row in estimates.records(both)
    ]
    made = rows.assign(reason=both["reason"], synthetic=synthetic)
    made.insert(made.columns.get_loc("status") + 1, "flags", flags)
    return dataset.csv(made).decode()


def pages(rows: pd.DataFrame, catalogue: Catalogue) -> dict[str, tuple[str, Markdown]]:
    """A page for each product, by its name: its title, and what editions told, without groups.

    What the catalogue no longer knows is in the file alone.
    """
    shown = rows[(rows["group"] == "") & rows["indicator"].isin(catalogue.indicators)]
    others = shown[~shown["product"].isin(catalogue.products)]
    others = others[others["product"].isin(["", *catalogue.peers])]
    found = {}
    for product, known in catalogue.products.items():
        own = shown[shown["product"] == product]
        if len(own):
            found[f"series-{product}"] = (known.label, _folds(own, catalogue))
    if len(others):
        found["series-ensemble"] = ("Ensemble et autres organismes", _folds(others, catalogue))
    return found


def _folds(rows: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """A folded block for each indicator."""
    folds = []
    for name in ordered(rows, "indicator", catalogue):
        own = rows[rows["indicator"] == name]
        revised = int((own["revision"] > 0).sum())
        said = [french.count(len(own) - revised, "chiffre", "chiffres")]
        said += [french.count(revised, "révision", "révisions")] if revised else []
        title = f"{catalogue.indicators[name].label} ({', '.join(said)})"
        tables = [
            markdown("**{}**\n\n{}", _place(series.iloc[0], catalogue), _table(series, catalogue))
            for _, series in own.groupby(["product", "channel", "device"])
        ]
        folds.append(folded(title, joined(tables, "\n\n"), name))
    return joined(folds, "\n\n")


def _place(row: pd.Series, catalogue: Catalogue) -> str:
    places = [name for name in ("channel", "device") if row[name]]
    peer = [] if row["product"] in ("", *catalogue.products) else ["product"]
    names = [words.label(row, place, catalogue) for place in [*peer, *places]]
    return ", ".join(dict.fromkeys(names)) or "Ensemble"


def _table(rows: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    lines = [_line(row, catalogue) for row in estimates.records(rows.sort_values(_ORDER))]
    heads = ("Période", "Valeur", "Intervalle", "Effectif", "Édition")
    cells = ([*map(label_html, column)] for column in zip(*lines, strict=True))
    columns = dict(zip(heads, cells, strict=True))
    return html_table(columns, right=("Valeur", "Intervalle", "Effectif"))


def _line(row: dict[str, Any], catalogue: Catalogue) -> tuple[str, ...]:
    base = words.base(row)
    return (
        french.period_label(row["period"]),
        cell(row, catalogue, unit=True).text,
        words.interval(row, catalogue.indicators[row["indicator"]]) or NOTHING,
        NOTHING if base is None else french.number(base),
        _edition(row),
    )


def _edition(row: dict[str, Any]) -> str:
    """The edition that told a figure, and whether it told it otherwise than one before."""
    day = f" du {french.day_label(pd.Timestamp(row['day']).date())}" if row["day"] else ""
    return f"{row['edition']}{day} (révisée)" if row["revision"] else str(row["edition"])
