"""What editions tell of one figure after the other: series, changes, the policy of revisions."""

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from observlib import dataset, estimates
from observlib.base.period import Period, Quarter
from observlib.base.yaml_files import load_data
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Named, entries
from observlib.display.output import html_table, label_html, macros
from observlib.display.select import ordered
from observlib.display.tables import NO_VALUE, cell
from observlib.estimates import FIGURE, TOLD, WITHHELD
from observlib.language import french, words
from observlib.language.prose import Markdown, joined
from observlib.language.words import is_count
from observlib.pipeline import revisions
from observlib.pipeline.archive import Publication
from observlib.pipeline.revisions import BEFORE, change, matched_rows, seen_before
from observlib.stats.series.regression import Bias, bias
from observlib.stats.survey.differences import adjust

PAGES, WORDS = macros(__file__), macros(__file__, str)

# --- The published series: each figure as each edition told it, and what became of it later

SERIES = "series.csv"
_EDITION = ["edition", "day"]
_ORDER = ["period", "revision"]
_WORDS = load_data(__file__)
_HEADS = _WORDS["heads"]
_OF_SAMPLES = _HEADS[2:4]  # columns that a series of counts has nothing to tell in


def tellings(told: Iterable[Publication]) -> pd.DataFrame:
    """Each figure as it was published, and again in each edition that told it otherwise."""
    last = {(one.quarter, one.day): one for one in told}  # in the order of the first of each day
    editions = sorted(last.values(), key=lambda one: one.name)
    frames = [one.dated.drop(columns="source") for one in editions]
    rows = pd.concat(frames, ignore_index=True).drop_duplicates([*FIGURE, *_EDITION], keep="last")
    same = pd.Series(estimates.csv_lines(rows[TOLD]), rows.index)
    keys = [rows[name] for name in FIGURE]
    rows = rows[same != same.groupby(keys).shift()]
    return rows.assign(revision=rows.groupby(FIGURE).cumcount()).reset_index(drop=True)


def series_csv(rows: pd.DataFrame, catalogue: Catalogue, synthetic: bool) -> str:
    """All that was told as CSV, with the letters of each figure and the reason of each revision."""
    rows = rows.sort_values([*FIGURE, "revision"], ignore_index=True)
    before = rows.groupby(FIGURE)[[*TOLD, "unit", *_EDITION]].shift().add_prefix(BEFORE)
    both = pd.concat([rows, before], axis="columns")
    again = revisions.with_reasons(both[rows["revision"] > 0], catalogue)["reason"]
    both["reason"] = ""
    both.loc[rows["revision"] > 0, "reason"] = again.to_numpy()
    letters = []
    for row in estimates.records(both):
        of = revisions.letters_of if row["revision"] else revisions.break_of
        letters.append(dataset.flagged(row["status"], of(row, catalogue)))
    made = rows.assign(reason=both["reason"], synthetic=synthetic)
    made.insert(made.columns.get_loc("status") + 1, "flags", letters)
    return dataset.csv(made).decode()


def series_pages(rows: pd.DataFrame, catalogue: Catalogue) -> dict[str, tuple[str, Markdown]]:
    """A page for each product, by its name: its title, and what editions told, without groups."""
    shown = rows[(rows["group"] == "") & rows["indicator"].isin(catalogue.indicators)]
    others = shown[~shown["product"].isin(catalogue.products)]
    others = others[others["product"].isin(["", *catalogue.peers])]
    products = catalogue.products.items()
    found = [(name, known.label, shown[shown["product"] == name]) for name, known in products]
    found.append(("ensemble", _WORDS["others"], others))
    full = [one for one in found if len(one[2])]
    return {f"series-{name}": (title, _folds(own, catalogue)) for name, title, own in full}


def _folds(rows: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """A folded block for each indicator."""
    folds = []
    for name in ordered(rows, "indicator", catalogue):
        own = rows[rows["indicator"] == name]
        each = [one for _, one in own.groupby(["product", "channel", "device"])]
        series = [(_place(one.iloc[0], catalogue), _series_table(one, catalogue)) for one in each]
        again = int((own["revision"] > 0).sum())
        counts = {"first": len(own) - again, "again": again}
        folds.append(PAGES("series", catalogue.indicators[name], series, **counts))
    return joined(folds, "\n\n")


def _place(row: pd.Series, catalogue: Catalogue) -> str:
    places = [name for name in ("channel", "device") if row[name]]
    peer = [] if row["product"] in ("", *catalogue.products) else ["product"]
    names = [words.label(row, place, catalogue) for place in [*peer, *places]]
    return ", ".join(dict.fromkeys(names)) or _WORDS["whole"]


def _series_table(rows: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    lines = []
    for row in estimates.records(rows.sort_values(_ORDER)):
        base = words.base_of(row)
        number = NO_VALUE if base is None else french.number(base)
        interval = words.interval(row, catalogue.indicators[row["indicator"]]) or NO_VALUE
        value, when = cell(row, catalogue, unit=True).text, french.period_label(row["period"])
        lines.append((when, value, interval, number, WORDS("edition", row)))
    columns = {
        head: [*map(label_html, texts)]
        for head, texts in zip(_HEADS, zip(*lines, strict=True), strict=True)
        if head not in _OF_SAMPLES or {*texts} != {NO_VALUE}
    }
    return html_table(columns, right=_HEADS[1:4])


# --- What an edition tells otherwise than another one: changes, additions, removals, revisions

ESTABLISHED = ("rise", "fall")
_SERIES = ["indicator", "product", "channel", "device"]
_LENGTH = "months"  # of a period: a quarter's figure is not compared with a year's
_OWN = [*_SERIES, _LENGTH]
_VERDICT = ["verdict", "reference_period", "reference_estimate"]


class VintageDifference(NamedTuple):
    """What two editions tell of their own quarters, and otherwise of the same periods."""

    # each of its own quarter, the first edition's after `before_`, established changes first
    changed: pd.DataFrame
    added: pd.DataFrame
    removed: pd.DataFrame
    revised: pd.DataFrame

    @property
    def established(self) -> pd.DataFrame:
        """The figures of which the second edition establishes a change."""
        return self.changed[self.changed["verdict"].isin(ESTABLISHED)]


def difference_between(
    before: Publication, now: Publication, catalogue: Catalogue
) -> VintageDifference:
    """The difference between two editions as they were published; none is tested here."""
    before, now = (_known(one, catalogue) for one in (before, now))
    both, added, removed = matched_rows(_figures(before), _figures(now), _OWN)
    is_later = ~both["verdict"].isin(ESTABLISHED)
    is_known = both["verdict"] == both[f"{BEFORE}verdict"]
    revised = revisions.revised_between(before, now, catalogue)
    others = (added[estimates.COLUMNS], removed[estimates.COLUMNS], revised)
    changed = _in_order(both, catalogue, is_later, is_known)
    return VintageDifference(changed, *(_in_order(rows, catalogue) for rows in others))


def _known(one: Publication, catalogue: Catalogue) -> Publication:
    rows = one.told.estimates
    rows = rows[rows["indicator"].isin(catalogue.indicators)]
    return one._replace(told=one.told._replace(estimates=rows))


def _figures(told: Publication) -> pd.DataFrame:
    """The figures of an edition's own quarter, with its verdicts on them."""
    rows, last = told.told.estimates, Quarter(told.quarter).months[-1]
    rows = rows[(rows["group"] == "") & (rows["status"] != "missing")]
    months = [Period(period).months for period in rows["period"]]
    rows = rows.assign(**{_LENGTH: [len(own) for own in months]})
    rows = rows.loc[[len(own) > 1 and own[-1] == last for own in months]]
    pairs = told.comparisons
    pairs = pairs[(pairs["against"] == "before") & (pairs["group"] == "")]
    known = pairs[[*_SERIES, "period", *_VERDICT]].drop_duplicates([*_SERIES, "period"])
    found = rows.merge(known, on=[*_SERIES, "period"], how="left")
    return found.fillna({"verdict": "", "reference_period": ""})


def _in_order(rows: pd.DataFrame, catalogue: Catalogue, *first: pd.Series) -> pd.DataFrame:
    """Rows by what comes first, then in the catalogue's order."""
    keys = pd.DataFrame({str(place): own for place, own in enumerate(first)}, rows.index)
    for name in ("product", "indicator", "channel"):
        places = {key: place for place, key in enumerate(ordered(rows, name, catalogue))}
        keys[name] = rows[name].map(places)
    return rows.loc[keys.sort_values([*keys], kind="stable").index].reset_index(drop=True)


def difference_pages(
    told: Iterable[Publication], catalogue: Catalogue
) -> dict[str, tuple[str, str, Markdown]]:
    """A page for each edition after the first, by its quarter: its name, its title and its text."""
    last = {one.quarter: one for one in told}
    found: dict[str, tuple[str, str, Markdown]] = {}
    for before, now in pairwise(last[quarter] for quarter in sorted(last)):
        title, text = WORDS("title", before.quarter, now.quarter), _page(before, now, catalogue)
        found[now.quarter] = (f"changements-{now.quarter}", title, text)
    return found


def _page(before: Publication, now: Publication, catalogue: Catalogue) -> Markdown:
    found = difference_between(before, now, catalogue)
    changes = []
    for row in estimates.records(found.changed):
        moved = moved_from(row, catalogue) if row["verdict"] in ESTABLISHED else ()
        verdict = str(WORDS("verdict", row, estimates.EVOLVED, before.quarter, *moved))
        changes.append((figure_label(row, catalogue), *values(row, catalogue), verdict))
    count = len(found.established)
    parts: dict[str, Any] = {"established": changes[:count], "others": changes[count:]}
    for name, rows in {"added": found.added, "removed": found.removed}.items():
        parts[name] = [figure_label(row, catalogue) for row in estimates.records(rows)]
    parts["revised"] = [*_revised(found.revised, catalogue)]
    return PAGES("changes", before.quarter, now.quarter, **parts)


def _revised(rows: pd.DataFrame, catalogue: Catalogue) -> Iterator[tuple[str, list[Any]]]:
    """What is revised, by its reason: of each series how often, and where the most."""

    def rank(reason: str) -> int:
        """What was decided comes first, then what statuses tell, then what is routine."""
        known = catalogue.revisions.get(reason)
        return 2 if known and known.kind == "routine" else int(reason in revisions.NATURAL)

    for reason in sorted(rows["reason"].unique(), key=rank):
        own = rows[rows["reason"] == reason]
        by = (own["estimate"] / own[f"{BEFORE}estimate"] - 1).abs()
        least_first = own.assign(by=by).sort_values("by", na_position="first", kind="stable")
        lines = []
        for _, one in own.groupby([*_SERIES, "group", "group_value"], sort=False):
            most = estimates.records(least_first[least_first.index.isin(one.index)])[-1]
            told = f"{' → '.join(_both(most, catalogue))} ({french.period_label(most['period'])})"
            lines.append((figure_label(most, catalogue), french.number(len(one)), told))
        yield revisions.revision_reason(reason, catalogue), lines


def _both(row: estimates.Row, catalogue: Catalogue) -> tuple[str, str]:
    """A revised figure as both tell it, so that it is seen what differs: in all digits, or ends."""
    then, now = values(row, catalogue)
    if then == now:
        unit = french.NBSP + row["unit"] if is_count(row["unit"]) else ""
        then, now = (cell(one, catalogue).text + unit for one in _sides(row))
    if then == now:
        indicator = catalogue.indicators[row["indicator"]]
        ends = [words.interval(one, indicator) for one in _sides(row)]
        then, now = f"{then} ({ends[0]})", f"{now} ({ends[1]})"
    return then, now


def moved_from(row: estimates.Row, catalogue: Catalogue) -> tuple[str, str]:
    """The value that a verdict is about; and what it moved by less than, where both read alike."""
    indicator, unit = catalogue.indicators[row["indicator"]], row["unit"]
    then, now = (words.figure(row[x], indicator, unit) for x in ("reference_estimate", "estimate"))
    places = words.decimals(indicator, unit)
    return then, french.number(10.0**-places, places) if then == now else ""


def figure_label(row: estimates.Row, catalogue: Catalogue) -> str:
    """What a figure is of, in words: its product, indicator and device, or else its channel."""
    places = ["product", "indicator", "device" if row["device"] else "channel"]
    texts = [words.label(row, name, catalogue) for name in places]
    if row.get("group"):
        texts.append(words.label(row, "group_value", catalogue))
    return ", ".join(dict.fromkeys(texts))


def values(row: estimates.Row, catalogue: Catalogue) -> tuple[str, str]:
    """A figure as the first edition told it and as the second does."""
    then, now = _sides(row)
    return cell(then, catalogue, unit=True).text, cell(now, catalogue, unit=True).text


def _sides(row: estimates.Row) -> tuple[estimates.Row, estimates.Row]:
    """A figure as the first edition told it, and as the second does."""
    return {name: row[BEFORE + name] for name in estimates.COLUMNS}, dict(row)


# --- The part of the method page on revisions: the rules, what became of figures, by how much

_HEADLINES = ("satisfaction_10", "visits_adjusted")  # whose figures are followed as examples
_PERIODS, _EDITIONS = 8, 4  # of a triangle, the last
_VALUE = ["estimate", "unit"]
_NUMBERS = ("mean", "absolute", "error")


def revisions_part(now: Publication, told: Iterable[Publication], catalogue: Catalogue) -> Markdown:
    """The rules of revisions, triangles of two headline indicators, and sizes by indicator."""
    known, rows = vintages(now, told), now.told.estimates
    entries = [(one, _whom(one, catalogue)) for one in catalogue.revisions.values()]
    return PAGES(
        "revisions",
        routines=[(*one, _limit(one[0], rows)) for one in entries if one[0].kind == "routine"],
        once=[one for one in entries if one[0].since and one[0].since.isoformat() <= now.day],
        editions=known["edition"].nunique(),
        triangles=[*_triangles(known, catalogue)],
        sizes=_sizes(known, catalogue),
    )


def vintages(now: Publication, told: Iterable[Publication]) -> pd.DataFrame:
    """Each value of a complete period as each edition told it, the first telling first."""
    frames = [one.dated for one in (*seen_before(told, now), now)]
    whole = pd.concat(frames, ignore_index=True)
    return whole[~whole["status"].isin((*WITHHELD, "partial"))].reset_index(drop=True)


def _whom(one: entries.Revision, catalogue: Catalogue) -> str:
    """The figures of an entry, in words: what it names of the catalogue, or else where and whom."""
    parts: tuple[tuple[tuple[str, ...], Mapping[str, Named]], ...] = (
        (one.product, {**catalogue.products, **catalogue.peers}),
        (one.indicator, catalogue.indicators),
        (one.device, catalogue.devices),
    )
    found = [known[name].label for names, known in parts for name in names if name in known]
    return french.join(found or [*(CHANNEL_LABELS[x] for x in one.channel), *one.group_value])


def _limit(one: entries.Revision, rows: pd.DataFrame) -> tuple[str, set[str]]:
    """How far a routine goes, and of what: counts, or points of marks and shares."""
    if one.at_most is None:
        return "", set()
    units = rows.loc[rows["indicator"].isin(one.indicator or rows["indicator"]), "unit"]
    kinds = {"count" if is_count(unit) else "points" for unit in units} or {"points"}
    return french.number(one.at_most, 0 if one.at_most == round(one.at_most) else 1), kinds


def told_in_triangles(
    now: Publication, told: Iterable[Publication], catalogue: Catalogue
) -> pd.DataFrame:
    """The estimates that `revisions_part` tells in its triangles."""
    known = vintages(now, told)
    if known["edition"].nunique() < 2:
        return known.iloc[:0]
    return pd.concat([_followed(known, name, catalogue) for name in _HEADLINES])


def _followed(known: pd.DataFrame, name: str, catalogue: Catalogue) -> pd.DataFrame:
    """An indicator's figures of the first product that several editions tell, by edition."""
    own = known[(known["indicator"] == name) & (known["group"] == "")]
    last = own.drop_duplicates([*FIGURE, "edition"], keep="last")
    editions = sorted(last["edition"].unique())[-_EDITIONS:]
    last = last[last["edition"].isin(editions)]
    again = last.groupby(FIGURE)["edition"].transform("nunique") > 1
    told = last[again | (last["edition"] == editions[-1])] if again.any() else last[again]
    if told.empty:
        return told
    for column in ("product", "channel", "device"):
        told = told[told[column] == ordered(told, column, catalogue)[0]]
    told = told[told["period"].map(_months) == told["period"].map(_months).min()]
    return told[told["period"].isin(sorted(told["period"].unique())[-_PERIODS:])]


def _triangles(known: pd.DataFrame, catalogue: Catalogue) -> Iterator[tuple[str, str, Any, Any]]:
    """What became of headline figures (see `_followed`): the id, name, heads and rows of tables."""
    for name in _HEADLINES:
        told = _followed(known, name, catalogue)
        if told.empty:
            continue
        periods, editions = (sorted(told[column].unique()) for column in ("period", "edition"))
        rows = {(row["period"], row["edition"]): row for row in estimates.records(told)}
        texts = {key: cell(row, catalogue).text for key, row in rows.items()}
        lines = []
        for period in periods:
            own = [texts.get((period, one), NO_VALUE) for one in editions]
            lines.append([french.period_label(period), *own])
        label = figure_label(told.iloc[0].to_dict(), catalogue)
        yield name.replace("_", "-"), label, editions, lines


def _months(period: str) -> int:
    """How many months a period lasts; none where a source has its own words for when."""
    days = Period(period).days
    return round((days[1] - days[0]).days / 30) if days else 0


def revision_sizes(known: pd.DataFrame) -> pd.DataFrame:
    """Revisions by indicator, from the first figure told to the last."""
    again = known[known.groupby(FIGURE)["edition"].transform("nunique") > 1]
    first = again.drop_duplicates(FIGURE)
    last = again.drop_duplicates(FIGURE, keep="last")
    both = matched_rows(first[[*FIGURE, *_VALUE]], last[[*FIGURE, *_VALUE]]).both
    both = both[both["unit"] == both[f"{BEFORE}unit"]]
    of = (both[name] for name in (f"{BEFORE}estimate", "estimate", "unit"))
    both["by"] = [change(*each) for each in zip(*of, strict=True)]
    both["unit"] = ["%" if is_count(unit) else "points" for unit in both["unit"]]
    groups = both[both["by"].abs() < math.inf].groupby(["indicator", "unit"], sort=False)
    columns = ["indicator", "unit", "told", "revised", *Bias._fields]
    made = pd.DataFrame([(*names, *_size(own)) for names, own in groups], columns=columns)
    made["p_value"] = adjust(made["p_value"].where(made["revised"] > 0).to_numpy(float))
    return made


def _size(own: pd.DataFrame) -> tuple[float, ...]:
    """The size of an indicator's revisions: those of one period are one for the test."""
    days = [Period(period).days for period in own["period"]]
    begins = [of[0].isoformat() if of else one for of, one in zip(days, own["period"], strict=True)]
    by_period = own.groupby(begins)["by"].mean().sort_index()
    tested = bias(by_period.to_numpy())._replace(absolute=float(own["by"].abs().mean()))
    return len(own), int((own["by"] != 0).sum()), *tested


def _sizes(known: pd.DataFrame, catalogue: Catalogue) -> tuple[list[tuple[str, ...]], bool]:
    """The rows of a table of sizes; whether other figures were followed, and none revised."""
    found = revision_sizes(known)
    revised = found[(found["revised"] > 0) & found["indicator"].isin(catalogue.indicators)]
    several = {*revised.loc[revised["indicator"].duplicated(), "indicator"]}
    lines = []
    for name in ordered(revised, "indicator", catalogue):
        for row in estimates.records(revised[revised["indicator"] == name]):
            title = WORDS("sized", row, catalogue.indicators[name], name in several)
            counts = [french.number(row[column]) for column in ("told", "revised")]
            sizes = [_with_unit(row[column], row["unit"], column == "mean") for column in _NUMBERS]
            lean = WORDS("lean", row["mean"], row["p_value"])
            lines.append((str(title), *counts, *sizes, str(lean)))
    return lines, len(revised) < len(found)


def _with_unit(x: float, unit: str, sign: bool) -> str:
    """A size of revisions, which are small: with the decimals that its first digit needs."""
    if pd.isna(x):
        return NO_VALUE
    write = french.signed if sign else french.number
    text = write(x, max(1, french.decimals_of(x, 1)))
    of = unit if unit == "%" else french.plural(x, "point", "points")
    return f"{text}{french.NBSP}{of}"
