"""What a device's verdicts need, which questions to drop, and people's minutes; in no edition."""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from observlib import estimates, store
from observlib.base.errors import UsageError, bounded
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Device, Indicator
from observlib.catalogue.questionnaires import RESPONSE
from observlib.estimates import ENDS, STEP, base
from observlib.indicators.answers import RARE, within
from observlib.indicators.families import Given
from observlib.indicators.pairs import headline_pairs
from observlib.pipeline import frame, project
from observlib.stats.survey import differences

# --- The answers of a device as a table of people: one row each, one column a question

QUARTER = "quarter"


def people(rows: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Who answered what in some quarters."""
    names = {"response_id": "person", "answer_id": "person", "variable": "question"}
    asked = within(rows.rename(columns=names), quarters)
    asked = asked.reindex(columns=["person", QUARTER, "question", "value", "category"])
    said = asked["category"].where(asked["category"].notna(), asked["value"]).astype(object)
    once = asked.assign(said=said).groupby(["person", QUARTER, "question"], sort=False)["said"]
    first, many = once.first(), once.nunique() > 1
    if many.any():
        first[many] = once.agg(lambda several: ", ".join(sorted(map(str, several))))[many]
    found = first.unstack("question").drop(columns=RESPONSE, errors="ignore").reset_index()
    return found.assign(**{QUARTER: pd.Categorical(found[QUARTER], quarters)})


# --- How many minutes a device asks of people

SECONDS_A_QUESTION = 15 * 60 / 85  # of a closed question: see `asked`


def asked(
    device: Device, catalogue: Catalogue, people: pd.DataFrame, quarters: Sequence[Quarter]
) -> dict[str, float]:
    """Minutes that people spent on closed questions, each and together, at the least.

    Source: Pew Research Center, "How we keep our online surveys from running too long", *Decoded*,
    8 December 2022: a survey of 15 minutes has 85 points, and a stand-alone closed question is one.
    `open` says how many open questions there are. What was seen and not answered took time too.
    """
    own = people[people[QUARTER].isin(quarters)]
    answered = own.drop(columns=["person", QUARTER]).notna().sum(axis=1)
    questions = float(answered.mean()) if len(own) else 0.0
    minutes = questions * SECONDS_A_QUESTION / 60
    form = catalogue.questionnaires.get(device.questionnaire or "")
    texts = [one for one in form.questions if one.kind == "text"] if form else []
    told = base(len(own))
    spent = {"questions": questions, "minutes": minutes, "hours": told * minutes / 60}
    return {"people": told, **spent, "open": len(texts) if form else int(bool(device.verbatims))}


# --- What each verdict of a device's page on a year needs: answers, and weeks at its pace

_Spread = dict[str, float] | None  # of answers, where it is known
_SMALL = 0.2  # standard deviations: J. Cohen (1988), a small effect
QUARTER_WEEKS, YEAR_WEEKS, MOST_WEEKS = 13, 52, 104


def needs(
    given: Given,
    others: Callable[[], pd.DataFrame],
    device: Device,
    people: pd.DataFrame,
    catalogue: Catalogue,
) -> tuple[list[dict[str, Any]], int]:
    """The answers and weeks that each measure of a device needs, and how many tests there are."""
    pairs = given.comparisons
    of_whole = (pairs["against"] == "before") & (pairs["group"] == "")
    own = (pairs["device"] == device.id) & of_whole
    tests = pairs[own | pairs["level"].notna()]  # those too thin to be tested are to be
    headlines = headline_pairs(tests, catalogue).tolist()
    levels = pd.Series(differences.least_levels(headlines), tests.index)
    figures = given.estimates[given.estimates["device"] == device.id]
    rows = []
    for at, name in pairs.loc[own, "indicator"].items():
        indicator = catalogue.indicators[name]
        counts = _counts(people, indicator.question)
        spread = _spread(figures, indicator)
        whose = "own" if spread else "others"
        spread = spread or _spread_of_others(others(), indicator)
        last = next((count for count in reversed(counts) if count), 0)
        level, rare = float(levels[at]), device.frequency in RARE
        row = {"indicator": name, "label": indicator.label_en or indicator.label}
        row |= {"unit": indicator.unit, "question": indicator.question, "answers": _told(last)}
        row |= {"level": level, "spread": whose if spread else None}
        rows.append(row | _need(indicator, spread, level, counts, rare))
    rows.sort(key=lambda row: not catalogue.indicators[row["indicator"]].headline)
    return rows, len(tests)


def advice(weeks: float, rare: bool) -> str:
    """In words, what to do of a measure that needs so many weeks; `rare` comes once a year."""
    if math.isinf(weeks):
        return "nobody answered in a year: there is no pace"
    if weeks <= (YEAR_WEEKS if rare else QUARTER_WEEKS):
        return "found within a wave" if rare else f"found within a quarter ({weeks:.0f} weeks)"
    if weeks <= YEAR_WEEKS:
        return f"needs {weeks:.0f} weeks: compare years rather than quarters"
    if weeks <= MOST_WEEKS:
        return f"needs {weeks:.0f} weeks: compare two years with the two before"
    return f"not within two years (needs {weeks / YEAR_WEEKS:.1f}): drop it, or ask fewer things"


def _need(
    indicator: Indicator, spread: _Spread, level: float, counts: Sequence[int], rare: bool
) -> dict[str, Any]:
    """See `needs`: what follows from a spread (`sd` or `share`, with `design_effect`)."""
    pace = float(sum(counts) if rare else np.median(counts))
    if spread is None:
        unknown = dict.fromkeys(("found", "small", "needed", "needed_low", "needed_high", "weeks"))
        why = "no spread is known yet: too few answered, here and elsewhere"
        return {"pace": _told(pace), **unknown, "matters": indicator.matters, "verdict": why}
    spread, scale = {**spread}, _scale(indicator)
    answered, share = spread.pop("n_eff", None), spread.get("share", 0.5)
    matters = indicator.matters or _SMALL * scale * spread.get("sd", math.sqrt(share * (1 - share)))
    needed = differences.answers_needed(matters / scale, **spread, level=level)
    ends: tuple[float, ...] = ()
    if answered and indicator.matters and "mean" in spread:
        ends = differences.variance_ends(spread["sd"], spread["mean"], answered)
    weeks = math.ceil(needed / pace * (YEAR_WEEKS if rare else QUARTER_WEEKS)) if pace else math.inf
    enough = pace >= 2 * spread["design_effect"]
    found = scale * differences.smallest_found(pace, **spread, level=level) if enough else math.inf
    return {
        "pace": _told(pace),
        "found": found if math.isfinite(found) else None,
        "matters": matters,
        "small": indicator.matters is None,
        "needed": needed,
        "needed_low": math.floor(needed * ends[0]) if ends else None,
        "needed_high": math.ceil(needed * ends[1]) if ends else None,
        "weeks": weeks if math.isfinite(weeks) else None,
        "verdict": advice(weeks, rare),
    }


def _spread(rows: pd.DataFrame, indicator: Indicator) -> _Spread:
    """The spread of answers, in lengths of their scale, in the last quarter that told them."""
    told = (rows["indicator"] == indicator.id) & (rows["group"] == "")
    told &= (rows["status"] == "published") & ~rows["period"].str.contains("/")
    own = rows[told & (rows["n_eff"] > 1) & (rows["ci_high"] > rows["ci_low"])]
    if own.empty:
        return None
    row = own.loc[own["period"].idxmax()]
    # n is told to the nearest five: answers without weights are not to seem to have some
    alike = abs(row["n"] - row["n_eff"]) <= STEP / 2
    effect = 1.0 if alike else float(row["n"] / row["n_eff"])
    if indicator.comparison == "share":
        return {"share": row["estimate"] / 100, "design_effect": effect}
    half = max(row["estimate"] - row["ci_low"], row["ci_high"] - row["estimate"])
    error = half / float(stdtrit(row["n_eff"] - 1, 0.975)) / _scale(indicator)
    found = {"sd": error * math.sqrt(row["n_eff"]), "design_effect": effect, "n_eff": row["n_eff"]}
    mean = (row["estimate"] - ENDS.get(indicator.unit, (0.0,))[0]) / _scale(indicator)
    return {**found, "mean": mean} if indicator.unit in ENDS and 0 < mean < 1 else found


def _spread_of_others(rows: pd.DataFrame, indicator: Indicator) -> _Spread:
    """The median of the spreads of all devices that have one."""
    each = [_spread(own, indicator) for _, own in rows.groupby("device")]
    known = pd.DataFrame([one for one in each if one]).drop(columns="n_eff", errors="ignore")
    return {str(name): float(value) for name, value in known.median().items()} or None


def _scale(indicator: Indicator) -> float:
    """The length of a scale: of a share in percent, of marks and scores."""
    least, most = ENDS.get(indicator.unit, (0.0, 100.0 if indicator.comparison == "share" else 1.0))
    return most - least


def _counts(people: pd.DataFrame, question: str | None) -> list[int]:
    """How many answered a question, by quarter of the last four."""
    if question not in people:
        return [0]
    answered = people[people[question].notna()].groupby(QUARTER, observed=False).size()
    return [int(count) for count in answered]


def _told(people: float) -> int | None:
    """A number of people as it may be told."""
    return int(base(people)) if people >= estimates.MINIMUM_PEOPLE else None


# --- Questions that could be dropped, each with why

_ENOUGH = 100  # answers, for a question to be judged by them
ALIKE, SAME = 0.95, 0.9  # share of one answer; Spearman's correlation


def variables_used(told: pd.DataFrame, catalogue: Catalogue) -> set[str]:
    """The variables that estimates tell something of: as a measure, or as a group."""
    known = (catalogue.indicators.get(name) for name in told["indicator"].unique())
    return {one.question for one in known if one and one.question} | {*told["group"]} - {""}


def to_drop(
    device: Device,
    catalogue: Catalogue,
    people: pd.DataFrame,
    used: Collection[str],
    margins: Collection[str],
    needs: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The questions that could be dropped, in the order in which they are asked.

    - nothing told by a page rests on it: no measure, no group; or what people write is not loaded;
    - at least 95 % of its answers are one;
    - it tells what another scale tells (Spearman's correlation of 0.9), of which the later goes;
    - none of its measures can have a verdict within two years.

    Never what answers are weighted by, nor what decides who is asked another question.
    """
    asked = _asked(device, catalogue, people)
    form = catalogue.questionnaires.get(device.questionnaire or "")
    filters = {one.asked_if.variable for one in (form.questions if form else ()) if one.asked_if}
    headlines = {one.question for one in catalogue.indicators.values() if one.headline}
    closed = [name for name, (kind, _) in asked.items() if kind != "text"]
    same = dict(_same([name for name in closed if asked[name][0] == "scale"], people, headlines))
    found = []
    for name, (kind, text) in asked.items():
        if name in margins:
            continue
        if kind == "text":
            why = "" if device.verbatims else "open text that is never loaded"
        elif name in filters:
            why = ""
        elif name not in used:
            why = "no figure, group or weight rests on it"
        else:
            why = _alike(name, people) or same.get(name, "") or _never(name, needs)
        if why:
            found.append({"question": name, "text": text, "why": why})
    return found


def _asked(
    device: Device, catalogue: Catalogue, people: pd.DataFrame
) -> dict[str, tuple[str, str]]:
    """Kind and text of each question: those of the questionnaire, else those that have answers."""
    if form := catalogue.questionnaires.get(device.questionnaire or ""):
        return {one.variable: (one.kind, one.text) for one in form.questions if one.variable}
    answered = people.drop(columns=["person", QUARTER]).notna().sum()
    return {str(name): ("scale", "") for name in answered.sort_values(ascending=False).index}


def _alike(name: str, people: pd.DataFrame) -> str:
    said = people[name].dropna() if name in people else pd.Series(dtype=object)
    most = said.value_counts(normalize=True).max() if len(said) >= _ENOUGH else 0.0
    return f"nearly all answer alike ({100 * most:.0f} %)" if most >= ALIKE else ""


def _same(
    scales: Sequence[str], people: pd.DataFrame, headlines: Collection[str | None]
) -> Iterator[tuple[str, str]]:
    """Each scale that goes with one before it, and why; a headline comes before all."""
    order = sorted((name for name in scales if name in people), key=lambda n: n not in headlines)
    numbers = people[order].apply(pd.to_numeric, errors="coerce")
    links = numbers.corr(method="spearman", min_periods=_ENOUGH)
    for i, name in enumerate(order):
        for other in order[:i]:
            if links.at[name, other] >= SAME:
                yield name, f"tells what {other} tells (Spearman {links.at[name, other]:.2f})"
                break


def _never(name: str, needs: Sequence[Mapping[str, Any]]) -> str:
    """Why a question is asked in vain, where its measures are known to need more than two years."""
    weeks = [row["weeks"] for row in needs if row["question"] == name]
    if not weeks or None in weeks or min(weeks) <= MOST_WEEKS:
        return ""
    return f"no verdict within two years (needs {min(weeks) / YEAR_WEEKS:.1f})"


# by table of answers: the family that compares them, others that tell of them, that of all devices
_FAMILIES = {
    "responses": ("survey", ("profiles",), "surveys"),
    "ratings": ("satisfaction", (), "satisfaction"),
}


class Plan(NamedTuple):
    """What is told of a device, `per` quarter or, where it listens once a year, per year."""

    device: Device
    quarter: Quarter
    per: str
    verdicts: list[dict[str, Any]]
    tests: int
    effect: float | None
    drop: list[dict[str, Any]]
    asked: dict[str, float]


def plan_survey(data: Path, device: str, quarter: Quarter) -> Plan:
    """Plan a survey or a rating device by its last four quarters."""
    known = project.catalogue(data)
    table = _table(data, device, known)
    own, year = known.devices[device], quarter.back(4)
    rare = own.frequency in RARE
    rows = store.read(data, table, year[0], quarter, device=device)
    by_person = people(rows, year)
    name, more, of_all = _FAMILIES[table]
    survey = device if frame.family_named(name).each_survey else ""
    given = frame.given(data, quarter, name, survey)
    others = partial(frame.given, data, quarter)
    told = estimates.combine([given.estimates, *(others(one).estimates for one in more)])
    told = told[told["device"] == device]
    # of a survey's weights over its last year, where it has some
    effect = told.loc[told["indicator"] == "weighting_design_effect", "estimate"].dropna()
    found, tests = needs(given, lambda: others(of_all).estimates, own, by_person, known)
    margins = {*project.reference("margins")["variable"]}
    per, last = ("year", year) if rare else ("quarter", [quarter])
    design = float(effect.iloc[-1]) if len(effect) else None
    dropped = to_drop(own, known, by_person, variables_used(told, known), margins, found)
    spent = asked(own, known, by_person, last)
    return Plan(own, quarter, per, found, tests, design, dropped, spent)


def _table(data: Path, device: str, known: Catalogue) -> str:
    """The table of a device's answers."""
    if device not in known.devices:
        near = get_close_matches(device, known.devices, 1)
        ask = f"is it {near[0]!r}?" if near else "`observ catalogue` lists it"
        raise UsageError(f"device {device!r}: is not in the catalogue; {ask}")
    held: pd.DataFrame = store.devices(data)
    own = set(held.loc[held["device"] == device, "table"])
    if found := next((table for table in _FAMILIES if table in own), None):
        return found
    can = held.loc[held["table"].isin(list(_FAMILIES)), "device"].unique()
    why = f"gives {bounded(sorted(own))}" if own else "gave nothing yet"
    others = f"of surveys and ratings: {bounded(can, 30) or 'there are none'}"
    raise UsageError(f"device {device!r}: {why}; what can be planned are answers, {others}")
