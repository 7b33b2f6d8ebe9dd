"""What is said of neighbours' figures: what compares, with what care, and where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.display.changes import REASON_WORDS
from observlib.display.output import Output, caption_of, captioned, pipe_table, text
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown, plain
from observlib.stats.comparability import Grade
from observlib.themes.comparison_sentences import noun
from observlib.themes.sentences import value_of

_NONE = "–"
_ADDRESS = r"https?://[^\s<>\\]+"  # what a link may lead to
_OURS = ["indicator", "product", "channel", "device", "period", "group", "group_value"]
_TEXTS = wording.load_texts(__file__)


def comparable_figures(
    published: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue
) -> str:
    """How many published figures were found, of whom, and how many compare with ours.

    Of `published_figure`, and of any of our indicators, ours and theirs.
    """
    if published.empty:
        return _TEXTS["nothing"]
    theirs = compared[compared["product"].isin(catalogue.peers)]
    figures = french.count(len(published), "chiffre publié", "chiffres publiés")
    of = french.count(published["product"].nunique(), "organisme", "organismes")
    if theirs.empty:
        return _TEXTS["none_compares"].format(figures=figures, of=of)
    compare = _TEXTS.of("compare", len(theirs))
    sentences = [compare.format(figures=figures, of=of, n=len(theirs))]
    rest = len(published) - len(theirs)
    if rest > 0:
        sentences.append(_TEXTS["others_differ" if rest > 1 else "other_differs"])
    return " ".join(sentences)


def ranges(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """From what to what our values of one indicator go, and from what to what the neighbours'."""
    shown = compared[compared["status"] == "published"]
    if shown.empty:
        return ""
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    theirs = shown[shown["product"].isin(catalogue.peers)]
    thing, sentences = words.capital(noun(indicator)), list[str]()
    for where, rows in (("ours", shown.drop(theirs.index)), ("theirs", theirs)):
        if rows.empty:
            continue
        subject = _TEXTS["it"] if sentences else thing
        low, high = (rows.loc[rows["estimate"].agg(end)].to_dict() for end in ("idxmin", "idxmax"))
        first, last = words.value(low, indicator), words.value(high, indicator)
        least = words.figure(low["estimate"], indicator, low["unit"])
        told = _TEXTS["is" if first == last else "goes"].format(
            subject=subject, low=least, high=last
        )
        sentences.append(_TEXTS[f"where.{where}"].format(told=told))
    if len(theirs) == len(shown):
        sentences.append(_TEXTS["none_of_ours"])
    if (compared["status"] == "low_base").any():
        sentences.append(_TEXTS["few_left_out"])
    return " ".join(sentences)


def comparability_note(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """The reservation that every comparison needs, with that on who chose to answer."""
    if compared.empty:
        return ""
    ours = compared[~compared["product"].isin(catalogue.peers)]
    return f"{_TEXTS['chosen']} {_TEXTS['care']}" if len(ours) else _TEXTS["care"]


def side_by_side(
    compared: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue, caption: str = ""
) -> Output:
    """A table of ours and theirs for one indicator, each with its period, base, mode and grade.

    `compared` are of `peers.compared`. Under it stand the reservation of every row, and why some
    have no interval.
    """
    indicator = words.indicator_of(compared["indicator"].iat[0], catalogue)
    details = named[named["comparable_with"] == indicator.id].set_index(
        ["product", "period", "name"]
    )
    heads = ("Qui", "Période", "Valeur", "Réponses", "Mode de recueil", "Comparabilité")
    lines: list[tuple[str, ...]] = []
    reservations: dict[str, dict[str, None]] = {}  # by reservation, whose it is, each once
    bare = False
    for row in estimates.records(compared):
        ours = row["product"] not in catalogue.peers
        if ours:
            device = catalogue.devices.get(row["device"])
            mode = device.label if device else _NONE
            reservation, grade = (device.note if device else None) or "", _NONE
        else:
            figure = details.loc[(row["product"], row["period"], row["group_value"])]
            mode, reservation = _or_none(figure["mode"]), _or_none(figure["reservation"], "")
            grade = figure["grade"] or _NONE
        fine = _fine(row, catalogue)
        interval, n = words.interval(row, fine), words.base_of(row)
        bare = bare or (not interval and row["status"] not in words.WITHHELD)
        value = words.value(row, fine) + (f" ({interval})" if interval else "") + _mark(row)
        base = _NONE if n is None else french.number(n)
        when = french.period_label(row["period"])
        lines.append((row["group_value"], when, value, base, mode, grade))
        if reservation:
            reservations.setdefault(reservation, {})[catalogue.label(row["product"])] = None
    notes = [
        markdown("- **{}** : {}", _TEXTS["reservation_of"].format(who=french.join(who)), why)
        for why, who in reservations.items()
    ]
    if bare:
        notes.append(markdown("- **{}** : {}", _TEXTS["bare"], _TEXTS["bare_why"]))
    pipe = pipe_table(_columns(heads, lines), right=("Valeur", "Réponses"), even=True)
    phrase = Markdown(f"{_TEXTS['interval']} {_TEXTS['grades']}")
    title = caption or _TEXTS["side_by_side"].format(measure=indicator.label)
    label = f"tbl-{indicator.id.replace('_', '-')}"
    shown = captioned(pipe, caption_of(title, label), label, phrase, joined(notes, "\n"))
    return shown.carrying([compared], catalogue)


def figures(
    published: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue, kind: str
) -> Output:
    """A table of every published figure with the number of its source, then the sources.

    Of the `kind` `demonstration` figures are invented: a real source did not publish them.
    """
    details = named.set_index(["product", "period", "group_value"])
    heads = ("Organisme", "Ce qui est publié", "Période", "Valeur", "Réponses", "Source")
    lines: list[tuple[str, ...]] = []
    sources: dict[Markdown, int] = {}
    for row in estimates.records(published):
        figure = details.loc[(row["product"], row["period"], row["group_value"])]
        number = sources.setdefault(_source(figure), len(sources) + 1)
        fine = _fine(row, catalogue)
        ends = fine.model_copy(update={"decimals": max(1, fine.decimals)})
        interval = words.interval(row, ends)
        base = "" if pd.isna(figure["n"]) else french.number(float(figure["n"]))
        what = row["group_value"]
        if (definition := _or_none(figure["definition"], "")) and definition not in what:
            what += f" – {definition}"
        value = words.value(row, fine) + (f" ({interval})" if interval else "")
        place = catalogue.label(row["product"]), what, french.period_label(row["period"])
        lines.append((*place, value, base or _NONE, f"{number}"))
    pipe = pipe_table(_columns(heads, lines), right=("Valeur", "Réponses", "Source"), even=True)
    listed = [markdown(f"{number}. {{}}", source) for source, number in sources.items()]
    of = _TEXTS["imitated" if kind == "demonstration" else "sources"]
    phrase = f"{_TEXTS['interval_of_shares']} {of}"
    caption = caption_of(_TEXTS["published"], "tbl-publies")
    shown = captioned(pipe, caption, "tbl-publies", phrase, joined(listed, "\n"))
    return shown.carrying([published], catalogue)


def _columns(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """The cells of a table's lines, by column."""
    return {head: [line[place] for line in lines] for place, head in enumerate(heads)}


def not_comparable(published: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue) -> Output:
    """List the published figures that are not compared with ours, and why."""
    details = named.set_index(["product", "period", "group_value"])
    reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
    kept = []
    for row in estimates.records(published):
        figure = details.loc[(row["product"], row["period"], row["group_value"])]
        if figure["grade"] != "D":
            continue
        kept.append(row)
        why = _or_none(figure["reservation"], "")
        why = why or _TEXTS["counted" if words.is_count(row["unit"]) else "unexplained"]
        same = _or_none(figure["comparable_with"], "")
        if same and figure["other"] == "quantity":
            unit = words.indicator_of(same, catalogue).unit
            why = _TEXTS["other_unit"].format(unit=row["unit"], ours=unit)
        elif same:
            unlike = Grade("D", *(tuple(figure[name].split()) for name in ("other", "unknown")))
            why = f"{select.grade_words(unlike)} {_or_none(figure['reservation'], '')}".strip()
        dates = reasons.setdefault((row["product"], why), {}).setdefault(row["group_value"], [])
        dates.append(french.period_label(row["period"]))
    if not kept:
        return text(_TEXTS["all_compare"])
    lines = [
        markdown(
            "- **{}**, {}. {}.",
            catalogue.label(peer),
            " ; ".join(f"{what} ({french.join(dates)})" for what, dates in which.items()),
            why.rstrip("."),
        )
        for (peer, why), which in reasons.items()
    ]
    return text(joined(lines, "\n")).carrying([estimates.make(kept)], catalogue)


def trend(lines: pd.DataFrame, catalogue: Catalogue) -> str:
    """Between what each yearly share stays, and that nothing tells whether it moved."""
    sentences = []
    for name, rows in lines.groupby("group_value", sort=False):
        rows = rows[rows["status"] == "published"].sort_values("period")
        if len(rows) < 2:
            continue
        indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
        first, last = rows.iloc[0].to_dict(), rows.iloc[-1].to_dict()
        low, high = (
            words.figure(rows["estimate"].agg(end), indicator, first["unit"])
            for end in ("min", "max")
        )
        bare = any(pd.isna(row["n"]) for row in (first, last))
        sentences.append(
            _TEXTS["stays" if low == high else "stays_between"].format(
                name=name, low=low, high=high, since=first["period"]
            )
        )
        sentences.append(_TEXTS["bare_trend" if bare else "untested"])
    return " ".join(sentences)


def distribution(areas: pd.DataFrame, catalogue: Catalogue) -> str:
    """Where the middle half of a peer's areas lie, and the lowest and highest."""
    sentences = []
    for peer, rows in areas.groupby("product", sort=False):
        indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
        value = {
            row["group_value"]: words.figure(row["estimate"], indicator, row["unit"])
            for row in estimates.records(rows)
        }
        whose = {"peer": catalogue.label(str(peer)), "when": french.when(rows["period"].iat[0])}
        low, high = value["Minimum"], value["Maximum"]
        sentences.append(_TEXTS["areas"].format(low=low, high=high, **whose))
        low, high = value["Premier quartile"], value["Troisième quartile"]
        sentences.append(_TEXTS["middle_half"].format(low=low, high=high))
    return " ".join(sentences)


def counters(listed: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many counters a list has, for how many inhabitants, and where most and fewest are."""
    sentences = []
    for _, rows in listed.groupby("device", sort=False):
        whole = rows[(rows["group"] == "") & (rows["indicator"] == "counters")].iloc[0].to_dict()
        label = words.label(whole, "device", catalogue)
        count, when = value_of(whole, catalogue), french.when(whole["period"])
        sentences.append(_TEXTS["counters"].format(label=label, counters=count, when=when))
        rates = rows[(rows["group"] == "") & (rows["indicator"] == "counters_per_100k")]
        measure = "counters_per_100k" if len(rates) else "counters"
        indicator = words.indicator_of(measure, catalogue)
        if len(rates):
            rate = words.figure(rates["estimate"].iat[0], indicator)
            sentences.append(_TEXTS["rate"].format(rate=rate))
        places = rows[(rows["group"] == "departement") & (rows["indicator"] == measure)]
        low, high = places["estimate"].min(), places["estimate"].max()
        if low < high:
            for key, end in (("most", high), ("least", low)):
                names = words.join_few(places.loc[places["estimate"] == end, "group_value"])
                count = words.figure(end, indicator)
                sentences.append(_TEXTS[f"departments.{key}"].format(count=count, names=names))
    return " ".join(sentences)


def _fine(row: dict[str, Any], catalogue: Catalogue) -> Any:
    """The row's indicator with the decimals that the value was published with, two at most."""
    indicator = words.indicator_of(row["indicator"], catalogue)
    x = row["estimate"]
    if row["product"] not in catalogue.peers or pd.isna(x):
        return indicator
    needed = next(d for d in (0, 1, 2) if d == 2 or round(x, d) == x)
    return indicator.model_copy(update={"decimals": needed})


def _mark(row: dict[str, Any]) -> str:
    status = words.STATUS_WORDS[row["status"]]
    return f" ({status})" if status and row["status"] not in words.WITHHELD else ""


def _or_none(cell: Any, instead: str = _NONE) -> str:
    return instead if pd.isna(cell) else str(cell)


def _source(figure: pd.Series) -> Markdown:
    parts = [str(figure["source_title"])]
    if published := _or_none(figure["published"], ""):
        parts.append(french.period_label(published))
    if licence := _or_none(figure["licence"], ""):
        parts.append(licence)
    phrase = f"{', '.join(parts)}."
    address = _or_none(figure["url"], "")
    if re.fullmatch(_ADDRESS, address):
        return markdown("{} <{}>", phrase, Markdown(address))
    return markdown("{} {}", phrase, address) if address else plain(phrase)


def highest_and_lowest_areas(rows: pd.DataFrame, catalogue: Catalogue) -> str:
    """Where one indicator of counters is highest, and where it is lowest."""
    if rows.empty:
        return ""
    indicator = words.indicator_of(rows["indicator"].iat[0], catalogue)
    low, high = rows["estimate"].min(), rows["estimate"].max()
    if low == high:
        value = words.value(low, indicator)
        return _TEXTS["everywhere"].format(label=indicator.label, value=value)
    least, most = (
        words.join_few(rows.loc[rows["estimate"] == value, "group_value"]) for value in (low, high)
    )
    ends = {"low": words.value(low, indicator), "high": words.value(high, indicator)}
    return _TEXTS["from_to"].format(label=indicator.label, most=most, least=least, **ends)


def comparison_results(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Where our values are above or below the neighbours', and why most cannot be told."""
    if compared.empty:
        return ""
    tested = compared[compared["level"].notna()]
    pairs = french.count(len(compared), "rapprochement possible", "rapprochements possibles")
    why = [
        _TEXTS["reason"].format(reason=REASON_WORDS[reason], count=french.number(count))
        for reason, count in compared["reason"].value_counts(sort=False).items()
        if reason in REASON_WORDS
    ]
    if tested.empty:
        return _TEXTS["none_tested"].format(pairs=pairs, why=french.join(why))
    tests = _TEXTS.of("tests", len(tested))
    sentences = [tests.format(pairs=pairs, n=french.number(len(tested)))]
    for verdict in ("rise", "fall", "stable", "unknown"):
        rows = tested[tested["verdict"] == verdict]
        if len(rows):
            ours = len(rows.drop_duplicates(_OURS))
            told = _TEXTS[f"verdicts.{verdict}"].format(times=french.spelled(len(rows)))
            sentences.append(told)
            if ours < len(rows):
                sentences.append(_TEXTS.of("of_ours", ours).format(n=french.spelled(ours, "une")))
    if why:
        sentences.append(_TEXTS["no_test"].format(why=french.join(why)))
    return " ".join(sentences)
