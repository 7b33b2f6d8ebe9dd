"""Findings of comparisons, by the verdicts of `survey.comparison`: what rose, fell or stayed."""

from __future__ import annotations

import math

import pandas as pd

from observlib.base.period import Period, Quarter
from observlib.catalogue import Catalogue, Indicator
from observlib.display import changes, select
from observlib.display.changes import PLACED, REASON_WORDS, outcomes
from observlib.estimates import EVOLVED, IN_TIME, REFERENCE, Row
from observlib.language import french, wording, words
from observlib.stats import comparability

_TEXTS = wording.load_texts(__file__)
_COUNTED = ("poll_share", "partner_")  # of nobody's reviews, nor of a survey's answers
_WHOSE = {"feedback": "reviews", "consultation": "survey"}


def noun(indicator: Indicator) -> str:
    """What a sentence calls an indicator: a feminine noun with its article."""
    if f"nouns.{indicator.id}" in _TEXTS:
        return _TEXTS[f"nouns.{indicator.id}"]
    return _TEXTS["measure"].format(label=indicator.label)


def whose_answers(frame: pd.DataFrame, catalogue: Catalogue, within: bool = False) -> str:
    """Whose answers a frame tells, by its devices' families; nothing where one is of neither.

    `within` is for what stands after a share ("dans les avis déposés"), and not after a mark.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> demo = Path("data/demo/catalogue")
    >>> catalogue = load_catalogue(Path("data/catalogue"), own=demo)
    >>> whose_answers(pd.DataFrame({"device": ["jdma-legifrance", "satisfaction-3939"]}), catalogue)
    " des avis déposés et de l'enquête"
    """
    families = _families(frame.drop_duplicates("device"), catalogue)
    if not families or set(families) - {"feedback", "consultation"}:
        return ""
    parts = []
    place = "within" if within else "of"
    if "feedback" in families:
        parts.append(_TEXTS[f"{place}.reviews"])
    if asked := families.count("consultation"):
        parts.append(_TEXTS[f"{place}.survey" if asked == 1 else f"{place}.surveys"])
    return f" {french.join(parts)}"


def evolution(
    compared: pd.DataFrame, catalogue: Catalogue, by: str = "product", brief: bool = False
) -> str:
    """Where one indicator rose, fell or is stable between two periods, and where none can tell.

    Subjects are named `by` `product`, or `channel` on the page of one product. Where one cannot
    tell, the change below which one may have gone unseen is told, unless `brief`. Where some values
    are of reviews and others of surveys, each says which.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "nps", "device": "", "product": "boamp", "channel": "web", "unit": ""}
    >>> row |= {"group_value": "", "reference_period": "2025-T3", "period": "2026-T3"}
    >>> row |= {"verdict": "unknown", "reason": "precision", "detectable": 9.4}
    >>> evolution(pd.DataFrame([row]), load_catalogue(Path("data/catalogue")))[:67]
    'Sur un an, on ne peut pas dire si la recommandation nette a évolué.'
    """
    if compared.empty:
        return ""
    indicator = words.indicator_of(compared["indicator"].iat[0], catalogue)
    families = _families(compared, catalogue)
    whose = [_TEXTS[f"whose.{_WHOSE[one]}"] if one in _WHOSE else "" for one in families]
    mixed = len(set(whose)) > 1
    thing = noun(indicator)
    if not mixed and not indicator.id.startswith(_COUNTED):
        within = not thing.startswith(_TEXTS["mark"])
        thing += whose_answers(compared, catalogue, within=within)
    since = _since(compared[REFERENCE + "period"].iat[0], compared["period"].iat[0])
    named = words.named(compared, catalogue, by).assign(whose=whose if mixed else "")
    alone = by == "channel" and len(named) == 1
    sentences: list[str] = []
    for verdict in ("rise", "fall", "stable"):
        rows = named[named["verdict"] == verdict]
        if len(rows):
            start = _TEXTS["since"].format(since=since, thing=thing)
            sentences += _told(rows, indicator, _TEXTS["it"] if sentences else start, alone)
    least = "" if brief else and_detectable(named, catalogue, _TEXTS["change"])
    unsure = len(inconclusive(named)) > 0
    if unsure and sentences:
        sentences.append(_TEXTS["elsewhere"].format(least=least))
    elif unsure:
        sentences.append(_TEXTS["unknown"].format(since=since, thing=thing, least=least))
    elif not sentences:
        why = {REASON_WORDS[reason] for reason in named["reason"]}
        because = f" ({why.pop()})" if len(why) == 1 else ""
        sentences.append(_TEXTS["untested"].format(since=since, thing=thing, because=because))
    return " ".join(sentences)


def lasting(
    moved: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue, by: str = "product"
) -> str:
    """What the year so far tells of marks of which their last quarter alone tells nothing.

    `moved` are pairs on a year of one indicator; `compared` holds those of
    `indicators.pairs.so_far`.
    """
    unsure = moved.loc[moved["verdict"] == "unknown", "device"]
    settled = (compared["against"] == "year") & (compared["verdict"] != "unknown")
    return evolution(compared[settled & compared["device"].isin(unsure)], catalogue, by)


def _since(first: str, last: str) -> str:
    """Between which periods something changed: on a year, where it is one, or on its quarters."""
    if "-T" in last and "/" in last:
        return _TEXTS["on_quarters"].format(count=french.spelled(int(last[-1])))
    if Period(first).kind == Period(last).kind == "quarter" and first == Quarter(last) - 4:
        return _TEXTS["on_a_year"]
    return words.capital(french.between(first, last))


def _told(rows: pd.DataFrame, indicator: Indicator, subject: str, alone: bool) -> list[str]:
    """What rows of one verdict did: with numbers where one moved most, the others by name."""
    verdict = EVOLVED[rows["verdict"].iat[0]]
    moved = rows["verdict"].iat[0] != "stable"
    size = (rows["estimate"] - rows[REFERENCE + "estimate"]).abs()
    ordered = rows.iloc[(-size).argsort(kind="stable")] if moved else rows
    records = ordered.to_dict("records")
    if alone:
        names = [_move(records[0], indicator)] if moved else []
    else:
        names = [", ".join(filter(None, (row["name"], row["whose"]))) for row in records]
        names[0] += f", {_move(records[0], indicator)}" if moved else ""
    if not names:
        return [_TEXTS["evolved"].format(subject=subject, verdict=verdict)]
    who, *others = words.shared_out(names)
    if moved:
        who, *others = names[0], *words.shared_out(names[1:])
    told = _TEXTS["evolved_of"].format(subject=subject, verdict=verdict, who=who)
    return [told, *words.also(others)]


def tests_and_results(compared: pd.DataFrame, family: pd.DataFrame | None = None) -> str:
    """How many comparisons, of all of a `family`, were tested and what came of them: a caption.

    Examples
    --------
    >>> row = {"level": 0.95, "verdict": "unknown", "against": "before"}
    >>> pairs = pd.DataFrame([row, row, {**row, "verdict": "rise"}])
    >>> tests_and_results(pairs).replace("\xa0", " ")
    'Comparaisons testées ensemble : une en hausse et deux indéterminées'
    >>> tests_and_results(pairs.head(2), pairs).replace("\xa0", " ")
    'Comparaisons : deux indéterminées, parmi 3 testées ensemble'
    """
    tested = compared[compared["level"].notna()]
    if tested.empty:
        return _TEXTS["none_tested"]
    heads = EVOLVED if compared["against"].iat[0] in IN_TIME else PLACED
    results = outcomes(tested["verdict"].map(heads), heads, "e")
    every = len(tested) if family is None else int(family["level"].notna().sum())
    if every > len(tested):
        return _TEXTS["tested_among"].format(results=results, every=french.number(every))
    return _TEXTS["tested" if every > 1 else "one_tested"].format(results=results)


def _move(row: Row, indicator: Indicator) -> str:
    return words.from_to({"estimate": row[REFERENCE + "estimate"]}, row, indicator)


def _families(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """The family of the device of each row; nothing where it has none."""
    devices = [catalogue.devices.get(device) for device in frame["device"]]
    return [device.family if device else "" for device in devices]


def tipping(
    compared: pd.DataFrame, catalogue: Catalogue, beside: pd.DataFrame | None = None
) -> str:
    """How much those who said nothing would have to differ for a verdict to fall: the first to.

    Where nothing has a verdict, that the marks are of those who chose to give them.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "satisfaction_10", "against": "before", "verdict": "fall"}
    >>> row |= {"difference_low": -0.9, "difference_high": -0.31}
    >>> said = tipping(pd.DataFrame([row]), load_catalogue(Path("data/catalogue")))
    >>> said.replace("\xa0", " ")[-48:]
    'de 0,3 point autrement que celui des répondants.'
    """
    found, every = [], [compared] if beside is None else [compared, beside]
    for row in (row for pairs in every for row in pairs.to_dict("records")):
        indicator = words.indicator_of(row["indicator"], catalogue)
        if not math.isnan(tip := changes.tips(row, indicator)):
            found.append((tip, indicator, row["against"] in IN_TIME))
    if not found:
        return _TEXTS["volunteers"] if any(map(len, every)) else ""
    least, indicator, since = min(found, key=lambda one: one[0])
    verdicts = french.plural(len(found), _TEXTS["verdict"], _TEXTS["verdicts"])
    between = "since" if since else "beside"
    return _TEXTS[f"tipping.{between}"].format(verdicts=verdicts, size=_points(least, indicator))


def _points(size: float, indicator: Indicator) -> str:
    """A size in points, with as many decimals as tell it from none."""
    decimals = french.decimals_of(size, indicator.decimals)
    points = french.plural(round(size, decimals), "point", "points")
    return f"{french.number(size, decimals)}{french.NBSP}{points}"


def detectable(rows: pd.DataFrame, indicator: Indicator, thing: str = _TEXTS["change"]) -> str:
    """Up to what size a difference may have gone unseen, in points.

    Examples
    --------
    >>> mark = Indicator(id="m", label="M", unit="sur 10", method="M", better="higher", decimals=1)
    >>> detectable(pd.DataFrame({"detectable": [1.1, 2.1]}), mark).replace("\xa0", " ")
    'une évolution de moins de 2,1 points a pu passer inaperçue'
    """
    size = _points(rows["detectable"].max(), indicator)
    e = "e" if thing.startswith("une ") else ""
    return _TEXTS["detectable"].format(thing=thing, size=size, e=e)


def inconclusive(compared: pd.DataFrame) -> pd.DataFrame:
    """The pairs that have no verdict for want of precision."""
    return compared[compared["reason"] == "precision"]


def and_detectable(compared: pd.DataFrame, catalogue: Catalogue, thing: str = _TEXTS["gap"]) -> str:
    """A sentence on what could have been seen, after pairs of which some are inconclusive."""
    unsure = inconclusive(compared)
    if unsure.empty:
        return ""
    indicator = words.indicator_of(unsure["indicator"].iat[0], catalogue)
    return f". {words.capital(detectable(unsure, indicator, thing))}"


def undecided(pair: pd.DataFrame, second: str, catalogue: Catalogue, which: str) -> str:
    """What ends a sentence that names two answers, where the first is not said to lead.

    `pair` is of `leading_answer.pairs`; `which` cannot be told, such as "lequel l'est le plus".
    """
    text = _TEXTS["undecided"].format(which=which)
    small = pair[(pair["verdict"] == "stable") & (pair[REFERENCE + "group_value"] == second)]
    if len(small):
        return _TEXTS["undecided_small"].format(undecided=text)
    return f"{text}{and_detectable(pair, catalogue)}"


def value_against(row: Row, catalogue: Catalogue) -> str:
    """A value against another, with as many decimals as tell them apart."""
    indicator = words.indicator_of(row["indicator"], catalogue)
    finer = words.fine(row["estimate"], row[REFERENCE + "estimate"], indicator)
    other = words.value({**row, "estimate": row[REFERENCE + "estimate"]}, finer)
    return _TEXTS["against"].format(value=words.figure(row["estimate"], finer), other=other)


def read_apart(apart: pd.DataFrame, main: pd.DataFrame, catalogue: Catalogue) -> str:
    """Whose values have a chart of their own, and how they were got otherwise than the others."""
    left, others = (rows.drop_duplicates("device") for rows in (apart, main))
    found = [
        comparability.grade(one, other, catalogue, ("period",))
        for one in left.to_dict("records")
        for other in others.to_dict("records")
    ]
    if not found:
        return ""
    names = words.join_few(words.named(left, catalogue, "product")["name"])
    return _TEXTS["apart"].format(
        names=names, why=select.grade_words(comparability.lowest_grade(found))
    )


def why_untested(compared: pd.DataFrame) -> str:
    """Why pairs could not be tested, each reason once."""
    return french.join(dict.fromkeys(REASON_WORDS[reason] for reason in compared["reason"]))
