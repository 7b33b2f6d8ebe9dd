"""What a survey would measure if its respondents had the population's age, sex and region.

A check of the raw figures, never their replacement: weights make respondents resemble the
population in what was asked of both, and in nothing else. A survey with weights of its own keeps
them: the margins are met from these, and where it asks none of them they stand alone.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import merge_counts, protect
from observlib.display.changes import RAW, WEIGHTED
from observlib.estimates import ENDS, MEASURES, REFERENCE, Row, base
from observlib.indicators import answers
from observlib.indicators.families import protected
from observlib.stats.survey import (
    association,
    comparison,
    estimation,
    proportions,
    weighting,
)
from observlib.stats.survey.design import Design, design

_REST = {"age": "Autres âges", "sex": "Autres", "region": "Autres régions"}
_MINIMUM = 100  # respondents below whom up to 26 categories leave weights to chance
_WEIGHTS = (0.2, 5.0)  # smallest and largest, the mean weight being 1
_SCORED = {  # the indicators that have weights
    name: MEASURES[name]
    for name in ("satisfaction_10", "satisfied_share", "task_success_share", "ces_10", "nps")
}


class Weighed(NamedTuple):
    """The respondents of one survey whose profile is complete, and their weights.

    `people` has one row each, by `response_id`, and a column a margin; `scored` is what all
    respondents say, by indicator; `own` the survey's own weights, of mean 1; `calibration` is None
    where there can be none; `withheld` are indicators of which this period would tell a quarter, or
    few people.
    """

    passport: Row
    status: str
    people: pd.DataFrame
    scored: pd.DataFrame
    own: pd.Series
    calibration: weighting.Calibration | None
    withheld: frozenset[str]

    @property
    def marked(self) -> pd.DataFrame:
        """The respondents, with what they say."""
        return self.people.join(self.scored)

    def row(self, indicator: str) -> Row:
        """What an estimate by weights of an indicator begins with."""
        status = "suppressed" if indicator in self.withheld else self.status
        unit = MEASURES[indicator].unit
        about = {"indicator": indicator, "unit": unit, "group": "weighting", "status": status}
        return {**self.passport, **about}


def weighed(
    responses: pd.DataFrame,
    margins: pd.DataFrame,
    catalogue: Catalogue,
    quarters: Sequence[Quarter],
) -> tuple[Weighed, ...]:
    """Give weights to the respondents of each survey that asks age, sex or région, or has its own.

    They are those whose answers to these are all known and in the population, and who have one of
    the survey's own weights where it has some. There are none where they are fewer than `_MINIMUM`,
    or none meet the margins together.
    """
    targets = {
        str(name): rows.set_index("category")["people"].astype(float)
        for name, rows in margins.groupby("variable", sort=False)
    }
    found = []
    for about, given, status in answers.periods_of(responses, catalogue, quarters):
        asked = given[given["variable"].isin(list(targets)) & given["category"].notna()]
        own = _own(given)
        if asked.empty and own.empty:
            continue
        answered = asked.drop_duplicates(["response_id", "variable"])
        people = answered.pivot(index="response_id", columns="variable", values="category")
        for name in people:
            people[name] = people[name].where(people[name].isin(targets[str(name)].index))
        people = people.dropna()
        people, kept = _grouped(people[people.index.isin(own.index) | own.empty], targets)
        if not kept and len(own):
            people = pd.DataFrame(index=own.index)
        own = own[people.index] if len(own) else own
        own = own / own.mean()
        weights, scored = _calibrated(people, kept, own), scores(given)
        withheld = _withheld(given, scored.reindex(people.index), catalogue, quarters)
        found.append(Weighed(about, status, people, scored, own, weights, withheld))
    return tuple(found)


@protected()
def weighted_marks(surveys: Iterable[Weighed]) -> Iterator[Row]:
    """Satisfaction, success, ease and recommendation with and without weights, on the same people.

    Nothing of a survey without weights.

    Notes
    -----
    Weights are raked to the margins (J.-C. Deville and C.-E. Särndal, "Calibration estimators in
    survey sampling", *JASA* 87 (1992), 376–382), from those of the survey where it has some, then
    cut at `_WEIGHTS`, or at the survey's own smallest and largest where these lie beyond; variances
    are those of deleted residuals on the margins (`Calibration.deleting`), respondents being taken
    as a simple sample.
    """
    for survey in surveys:
        if survey.calibration is None:
            continue
        hides, plain, with_weights = _disclosing(survey), design(survey.marked), calibrated(survey)
        for name in survey.scored:
            row, hidden = survey.row(name), {"status": "suppressed"}
            raw = hidden if name in hides else _estimate(plain, name)
            yield {**row, "group_value": RAW, **raw}
            yield {**row, "group_value": WEIGHTED, **_estimate(with_weights, name)}


def pairs(surveys: Iterable[Weighed]) -> pd.DataFrame:
    """Each weighted figure with the raw one, and the error of what weights change."""
    found = [comparison.two_by_two(weighted_marks([]))]
    for survey in surveys:
        if survey.calibration is None:
            continue
        plain, with_weights = design(survey.marked), calibrated(survey)
        for name, two in weighted_marks([survey]).groupby("indicator", sort=False):
            raw, weighted = (two[two["group_value"] == value] for value in (RAW, WEIGHTED))
            effect = association.weighting_effect(with_weights, plain, str(name))
            factor = _SCORED[str(name)].factor
            error = (factor * effect.se if effect.status == "published" else 0.0, effect.df)
            pair = comparison.against_one(weighted, raw)
            found.append(pair.assign(**dict(zip(comparison.PAIRED, error, strict=True))))
    return pd.concat(found, ignore_index=True).assign(against="raw")


@protected()
def weights_report(surveys: Iterable[Weighed]) -> Iterator[Row]:
    """How the weights came out: what they cost, and the margins before and after."""
    for survey in surveys:
        n = len(survey.people)
        row: Row = {**survey.passport, "status": survey.status}
        if survey.calibration is None:
            row["status"] = "suppressed" if survey.status == "suppressed" else "missing"
            row |= {"n": n} if n >= estimates.MINIMUM_PEOPLE else {}
            for name in ("effective_n", "own_effect") if len(survey.own) else ("effective_n",):
                yield {**row, "indicator": _REPORT[name]}
            continue
        weights = survey.calibration.weights
        effective = weighting.effective_n(weights)
        found = {"effective_n": base(effective), "design_effect": n / effective}
        found |= {"min": float(weights.min()), "max": float(weights.max())}
        if len(survey.own):
            found["own_effect"] = n / weighting.effective_n(survey.own.to_numpy())
        for key in filter(found.__contains__, _REPORT):
            yield {**row, "indicator": _REPORT[key], "estimate": found[key], "n": n}
        margins = survey.calibration.margins
        for margin in estimates.records(margins[margins["margin"].isin(survey.people)]):
            of = {**row, "group": margin["margin"], "group_value": margin["category"], "unit": "%"}
            for when in ("before", "after", "target"):
                share = {"indicator": f"weighting_{when}", "estimate": 100 * margin[when] / n}
                yield {**of, **share, "n": n}


_REPORT = {
    "effective_n": "weighting_effective_n",
    "design_effect": "weighting_design_effect",
    "min": "weighting_least",
    "max": "weighting_most",
    "own_effect": "weighting_own_effect",
}


def _own(given: pd.DataFrame) -> pd.Series:
    """The weight that its survey gives to each response, by `response_id`, where there is one."""
    rows = given.reindex(columns=["response_id", "weight"]).dropna()
    return rows.groupby("response_id")["weight"].first().astype(float)


def _calibrated(
    people: pd.DataFrame, margins: dict[str, pd.Series], own: pd.Series
) -> weighting.Calibration | None:
    """Weights of mean 1; nothing, which the report tells, where there can be none."""
    if (not margins and own.empty) or len(people) < _MINIMUM:
        return None
    sample = people.assign(weight=own if len(own) else 1.0)
    least, most = sample["weight"].min(), sample["weight"].max()
    try:
        return weighting.calibrate(
            sample,
            margins,
            population=float(len(people)),
            weights="weight",
            trim=(min(_WEIGHTS[0], least), max(_WEIGHTS[1], most)),
        )
    except ObservError:  # no weights meet the margins together
        return None


def _grouped(
    people: pd.DataFrame, targets: dict[str, pd.Series]
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Categories of at least 11 people, and their shares of the population, if two are left."""
    grouped, kept = people[[]], {}
    for name in [name for name in targets if name in people]:
        target = targets[name]
        holders = people[name].value_counts().reindex(target.index, fill_value=0)
        groups = merge_counts(holders.to_dict(), _REST.get(name, "Autres"))
        if len(groups) < 2:
            continue
        label = {old: new for new, (olds, _) in groups.items() for old in olds}
        grouped = grouped.assign(**{name: people[name].map(label)})
        shares = target.groupby(target.index.map(label)).sum().reindex(list(groups))
        kept[name] = shares / shares.sum()
    return grouped, kept


def _disclosing(survey: Weighed) -> set[str]:
    """The indicators of which `people` alone, less all answers, would tell few others."""
    rest = survey.scored[~survey.scored.index.isin(survey.people.index)]
    found = set(survey.withheld)
    for name in rest:
        others = rest[name].dropna()
        if len(others) and _untold(others):
            found |= _beside(_SCORED[name].question)
    return found


def _few_and_alike(values: pd.Series) -> bool:
    """Whether fewer than 30 people all said one thing."""
    return 0 < len(values) < estimates.LOW_BASE and values.nunique() == 1


def _withheld(
    given: pd.DataFrame, scored: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> frozenset[str]:
    """The indicators withheld for all their answers, their quarters, or what these people say."""
    questions = {measure.question for measure in _SCORED.values()}
    marks = given[given["value"].notna() & given["variable"].isin(questions)]
    whole = answers.by_period(
        marks.rename(columns={"variable": "question"}),
        {answers.pooled_period(quarters): quarters},
        answers.wave_devices(catalogue),
        own_scale=False,
    )
    found = {*whole.loc[whole["status"] == "suppressed", "indicator"]}
    for question, rows in marks.groupby("variable"):
        periods = answers.periods_of(rows, catalogue, quarters)
        if "suppressed" in {status for _, _, status in periods}:
            found |= _beside(str(question))
    for name in scored:
        if _few_and_alike(scored[name].dropna()):
            found |= _beside(_SCORED[name].question)
    return frozenset(found)


def _beside(question: str) -> set[str]:
    """The indicators of a question: what one of them tells of few who are alike, all do."""
    return {name for name, measure in _SCORED.items() if measure.question == question}


def scores(given: pd.DataFrame) -> pd.DataFrame:
    """What each response says, by `response_id`: a number an indicator, missing where unsaid."""
    rows = given[given["value"].notna()].drop_duplicates(["response_id", "variable"])
    of = dict(iter(rows.set_index("response_id").groupby("variable")))
    return pd.DataFrame(
        {
            name: measure.of(of[measure.question]).astype(float)
            for name, measure in _SCORED.items()
            if measure.question in of and measure.scale_of(of[measure.question])
        }
    )


def calibrated(survey: Weighed) -> Design:
    """The respondents with their calibrated weights, and errors that hold where they are few."""
    assert survey.calibration is not None
    return design(survey.marked, calibration=survey.calibration.deleting())


def _estimate(made: Design, name: str) -> Row:
    """Estimate, interval and bases of a column of a design; unweighted, Student's and Wilson's."""
    is_raw, scale = made.calibration is None, 1.0
    if _SCORED[name].kind == "share":
        alike = made.frame[name].dropna().nunique() == 1  # of which there are no odds
        method: proportions.IntervalMethod = "wilson" if is_raw or alike else "logit"
        found, scale = proportions.proportion(made, name, 1.0, method=method).iloc[0], 100.0
    else:
        found = estimation.mean(made, name, ends=None if is_raw else _SCORED[name].scale).iloc[0]
    if found["status"] == "missing":
        return {"status": "missing"}
    low, high = scale * found["ci_low"], scale * found["ci_high"]
    if name == "nps":
        low, high = np.clip((low, high), -100.0, 100.0)  # an unknown end stays unknown
    value = answers.with_interval(scale * found["estimate"], low, high) or {}
    return {**value, "n": int(found["n"]), "n_eff": found["n_eff"]}


# --- What a survey would measure if answering depended on opinions, and not on the profile alone

DEPENDS = {
    association.BOTH: "Si l'avis compte autant que le profil",
    association.OPINION: "Si l'avis compte seul",
}


@protected()
def opinion_bounds(surveys: Iterable[Weighed]) -> Iterator[Row]:
    """The weighted marks and scores as they would be if answering depended on opinions."""
    for survey in surveys:
        if survey.calibration is None:
            continue
        hides = _disclosing(survey)
        for name in (name for name in survey.scored if _SCORED[name].unit in ENDS):
            row = survey.row(name) | ({"status": "suppressed"} if name in hides else {})
            values = survey.marked[name].to_numpy(float)
            found = association.pattern_mixture(values, survey.calibration, *DEPENDS)
            n = int(np.isfinite(values).sum())
            for label, one in zip(DEPENDS.values(), found, strict=True):
                yield {**row, "group_value": label, **_bound(one, n, row["unit"])}


def _bound(found: association.Corrected, n: int, unit: str) -> Row:
    if math.isnan(found.estimate):
        return {"status": "missing"}
    value, low, high = np.clip(found, *ENDS[unit])
    return {"estimate": value, "ci_low": low, "ci_high": high, "n": n, "n_eff": n}


# --- How satisfied each age and each sex is, and each beside all the others of its survey

_VARIABLES = ("age", "sex")
_OTHERS = "les autres"


def marks_of_groups(surveys: Iterable[Weighed]) -> pd.DataFrame:
    """Satisfaction by age and sex, of those whose whole profile is known; all of one or none."""
    return estimates.combine(own for _, own in _each(surveys))


def pairs_of_groups(surveys: Iterable[Weighed]) -> pd.DataFrame:
    """The mark of each category with that of all the others of its variable, once for two."""
    found = [comparison.two_by_two(marks_of_groups([]))]
    for people, own in _each(surveys):
        of = people[own["group"].iat[0]]
        rows = own.head(1) if len(own) == 2 else own
        others = []
        for row in rows.to_dict("records"):
            others.append({**row, "group_value": _OTHERS})
            if row["status"] != "suppressed":
                others[-1] |= _mark(people.loc[of != row["group_value"], "satisfaction_10"])
        reference = protect(pd.DataFrame(others, index=rows.index))
        found.append(rows.join(reference.add_prefix(REFERENCE)))
    return pd.concat(found, ignore_index=True).assign(against="others")


def _each(surveys: Iterable[Weighed]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Of each survey and variable, one row a respondent who gave a mark, and the estimates."""
    for survey in surveys:
        if len(survey.people) < _MINIMUM or "satisfaction_10" not in survey.scored:
            continue
        people = survey.people.join(survey.scored["satisfaction_10"]).dropna()
        hidden = "satisfaction_10" in _disclosing(survey)
        for variable in (name for name in _VARIABLES if name in people):
            given = dict(iter(people.groupby(variable)["satisfaction_10"]))
            if len(given) < 2:  # no one of the others gave a mark
                continue
            row = {**survey.passport, "group": variable, "status": survey.status}
            if hidden or any(map(_untold, given.values())):
                row["status"] = "suppressed"
            made = [{**row, "group_value": name, **_mark(own)} for name, own in given.items()]
            yield people, protect(made)


def _untold(given: pd.Series) -> bool:
    """Whether a category's marks are too few, or few and all alike."""
    return len(given) < estimates.MINIMUM_PEOPLE or _few_and_alike(given)


def _mark(given: pd.Series) -> Row:
    return answers.of_worths("satisfaction_10", MEASURES["satisfaction_10"], given)
