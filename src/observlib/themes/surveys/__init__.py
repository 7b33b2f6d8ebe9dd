"""Site surveys: satisfaction, recommendation, effort, success, reasons, and who went how far.

Surveys of different wording feed the same variables. Answers are taken as a simple sample; who
answers accepted the survey, of which an interval says nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality import disclosure
from observlib.confidentiality.disclosure import merge_small, withheld_parts
from observlib.display.changes import WEIGHTED
from observlib.estimates import MEASURES, Row, base
from observlib.indicators import answers, counts, pairs
from observlib.indicators.families import counted, family, protected
from observlib.indicators.pairs import across_periods, of_headlines, so_far, tested, with_nothing
from observlib.language import words
from observlib.stats.survey.association import OPINION, regression
from observlib.stats.survey.design import design
from observlib.themes.surveys import weighted

STEPS = {  # and what each counts
    "Visites": "visites",
    "Enquête proposée": "invitations",
    "Réponse commencée": "réponses",
    "Réponse terminée": "réponses",
}
OTHER_REASONS = disclosure.REASONS


def quarterly_measures(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """What a survey measures, by device and quarter.

    Notes
    -----
    The net promoter score is the share of marks of 9 and 10 less that of marks of 0 to 6
    (F. Reichheld, "The one number you need to grow", *Harvard Business Review*, December 2003), as
    the mean of scores of 1, 0 and −1, with Student's interval (B. Rocks, "Interval estimation for
    the net promoter score", *The American Statistician* 70 (2016), 365–372), of variance
    p₊ + p₋ − (p₊ − p₋)². The effort score is the mean mark of ease (M. Dixon, K. Freeman and N.
    Toman, "Stop trying to delight your customers", *Harvard Business Review*, July 2010), brought
    to 0–10.
    """
    return _measured(responses, catalogue, answers.by_quarter(quarters))


def monthly_measures(responses: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """The same by month, for series in time (see `satisfaction.monthly_marks`)."""
    return answers.by_month(_questions(responses), first, last, own_scale=False)


def pooled_measures(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """The estimates of `quarterly_measures` on all quarters as one period, `first/last month`."""
    return _measured(responses, catalogue, {answers.pooled_period(quarters): quarters})


def wider(year: pd.DataFrame, quarter: pd.DataFrame) -> pd.DataFrame:
    """The estimates of `pooled_measures`; none where all their answers are those of one quarter."""
    bases = [frame.groupby("indicator")["n"].max().fillna(0) for frame in (year, quarter)]
    same = bases[0].eq(bases[1].reindex(bases[0].index)).all()
    return year.head(0) if same else year


def last_wave(responses: pd.DataFrame, quarter: Quarter) -> Quarter:
    """The latest quarter that has responses, of the year that `quarter` ends; else `quarter`."""
    answered = set(answers.quarter_of(responses["date"]))
    year = [past for past in quarter.back(4) if str(past) in answered]
    return year[-1] if year else quarter


@protected()
def estimate_reasons(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> Iterator[Row]:
    """Why users came: share of respondents who ticked each reason; those of few are grouped."""
    rows = ticked(responses, quarters)
    for about, given, status in answers.periods_of(rows, catalogue, quarters):
        ids = given.groupby("category")["response_id"]
        groups = merge_small({str(reason): set(own) for reason, own in ids}, OTHER_REASONS)
        row = {**about, "indicator": "reason_share", "unit": "%", "group": "reason"}
        if not groups or status == "suppressed":
            yield {**row, "group_value": "Tous motifs", "status": "suppressed"}
            continue
        n = given["response_id"].nunique()
        row["status"] = status
        order = sorted(groups, key=lambda name: (name == OTHER_REASONS, -len(groups[name][1])))
        for name in order:
            yield {**row, "group_value": name, **answers.share_of(len(groups[name][1]), n)}


def ticked(responses: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Who gave which reason over the quarters: the rows that `estimate_reasons` counts."""
    return answers.within(responses[responses["variable"] == "reason"], quarters)


@counted
def estimate_funnel(
    responses: pd.DataFrame,
    invitations: pd.DataFrame,
    visits: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> Iterator[Row]:
    """From visits to finished responses, in a quarter and for each survey."""
    told = (visits["indicator"] == "visits") & (visits["status"] != "missing")
    visited = visits[told & (visits["period"] == quarter) & (visits["group"] == "")]
    started = responses[responses["variable"] == "response"]
    for about, given, status in answers.periods_of(started, catalogue, [quarter]):
        here = (visited[["product", "channel"]] == [about["product"], about["channel"]]).all(axis=1)
        inviting = _inviting(about["device"], about["product"], catalogue)
        offered = invitations[invitations["device"].isin(inviting)]
        invited = counts.quarterly_counts(offered.rename(columns={"invited": "visits"}), [quarter])
        totals = [
            found.iloc[0][["estimate", "n", "status"]].to_dict() if len(found) == 1 else None
            for found in (visited[here], invited)
        ]
        finished = int(given["finished"].sum())
        answered = [
            {"estimate": base(count), "n": base(count), "status": status}
            for count in (len(given), finished)
        ]
        if withheld_parts({"finished": finished, "left": len(given) - finished}):
            answered[1]["status"] = "suppressed"
        row = {**about, "indicator": "survey_funnel", "group": "step"}
        for (step, unit), known in zip(STEPS.items(), [*totals, *answered], strict=True):
            if known:
                yield {**row, "group_value": step, "unit": unit, **known}


def _inviting(survey: str, product: str, catalogue: Catalogue) -> list[str]:
    """The devices that have a survey's questionnaire and product."""
    known = catalogue.devices.get(survey)
    asked = (known.questionnaire, product) if known and known.questionnaire else None
    devices = catalogue.devices.values()
    return [one.id for one in devices if (one.questionnaire, one.product) == asked]


def _measured(
    responses: pd.DataFrame, catalogue: Catalogue, periods: answers.Periods
) -> pd.DataFrame:
    marks, waves = _questions(responses), answers.wave_devices(catalogue)
    return answers.by_period(marks, periods, waves, own_scale=False)  # surveys' scales differ


def _questions(responses: pd.DataFrame) -> pd.DataFrame:
    """The marks that were given, by question."""
    return responses[responses["value"].notna()].rename(columns={"variable": "question"})


# --- What goes with satisfaction, the other answers being alike: a regression on what was answered

_LEAST_ANSWERS = 100  # complete answers
_MARKS = {"clarity": "Clarté", "ces": "Facilité", "task_success": "Objectif atteint"}
AGE, SEX = "Âge, du plus jeune au plus âgé", "Sexe, des femmes aux hommes"
LABELS = {**_MARKS, "age": AGE, "sex": SEX}
_ALL_DRIVERS = "Ensemble"


@protected()
def driver_effects(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> Iterator[Row]:
    """How far satisfaction differs between the lowest and the highest answer to each question.

    One linear regression a survey of satisfaction (0–10) on clarity, ease, success, age (its
    classes at even distances) and sex, those it asks, with the errors of the design (see
    `association.regression`), over the responses that say all of them. A question is left out

    - where fewer than 11 people answer it otherwise than most do;
    - for ease, where those who failed are not asked: only the successful could be compared.
    """
    for about, given, status in answers.periods_of(responses, catalogue, quarters):
        people = _people(given)
        drivers = [name for name in LABELS if name in people]
        if "satisfaction" not in people or not drivers:
            continue
        complete = people.dropna()
        n = len(complete)
        row: Row = {**about, "indicator": "driver_effect", "unit": "points", "group": "driver"}
        varying = [name for name in drivers if _varies(complete[name])]
        found = pd.DataFrame()
        if varying and n >= _LEAST_ANSWERS:
            # what is asked may say the same thing twice, or satisfaction never vary
            with suppress(ObservError):
                found = regression(design(complete), "satisfaction", varying)
        if found.empty:
            row["status"] = "suppressed" if status == "suppressed" else "missing"
            known = {"n": n} if n >= estimates.MINIMUM_PEOPLE else {}
            yield {**row, "group_value": _ALL_DRIVERS, **known}
        for one in found.iloc[1:].to_dict("records"):
            ends = {key: one[key] for key in ("estimate", "ci_low", "ci_high")}
            label = LABELS[one["driver"]]
            yield {**row, "group_value": label, "status": status, **ends, "n": n, "n_eff": n}


def _people(given: pd.DataFrame) -> pd.DataFrame:
    """One row a response: satisfaction on 0–10, and the others from lowest (0) to highest (1)."""
    once = given.drop_duplicates(["response_id", "variable"])
    marks = once[once["value"].notna()]
    marks = marks.assign(on_10=answers.rescale(marks))
    people = marks.pivot(index="response_id", columns="variable", values="on_10")
    people = people[[name for name in ("satisfaction", *_MARKS) if name in people]]
    people[[name for name in _MARKS if name in people]] /= 10
    if {"ces", "task_success"} <= set(people):
        failed = people["task_success"] == people["task_success"].min()
        if not people.loc[failed, "ces"].notna().any():
            people = people.drop(columns="ces")
    for name, order in (("age", None), ("sex", ["Femme", "Homme"])):
        own = once[(once["variable"] == name) & once["category"].notna()]
        names = order or sorted(own["category"].unique())
        if len(names) > 1 and len(own):
            place = {category: i / (len(names) - 1) for i, category in enumerate(names)}
            people = people.join(own.set_index("response_id")["category"].map(place).rename(name))
    return people


def _varies(answers: pd.Series) -> bool:
    others = len(answers) - int(answers.value_counts().max()) if len(answers) else 0
    return others >= estimates.MINIMUM_PEOPLE


# --- A survey: what an edition publishes of it


@family("survey", quarters=9, each_survey=True)
def survey_(
    responses: pd.DataFrame,
    invitations: pd.DataFrame,
    visits: pd.DataFrame,
    margins: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Nine quarters of one survey, its last year, and what differs in it, tested together."""
    quarters, year = quarter.back(9), quarter.back(4)
    wave = last_wave(responses, quarter)
    measures = quarterly_measures(responses, catalogue, quarters)
    why = estimate_reasons(responses, catalogue, year)
    people = weighted.weighed(responses, margins, catalogue, year)
    goes_with = driver_effects(responses, catalogue, year)
    rows = [
        measures,
        pooled_measures(responses, catalogue, year),
        why,
        estimate_funnel(responses, invitations, visits, catalogue, wave),
        weighted.weighted_marks(people),
        weighted.opinion_bounds(people),
        weighted.weights_report(people),
        weighted.marks_of_groups(people),
        goes_with,
    ]
    compared = tested(  # together: all that is compared
        catalogue,
        across_periods(measures, catalogue, str(wave), str(wave - 4)),
        so_far(measures, catalogue, quarter),
        weighted.pairs_of_groups(people),
        weighted.pairs(people),
        with_nothing(goes_with),
        pairs.leading_answer(why, ticked(responses, year)),
    )
    marked = _marked(responses, margins, catalogue, (wave - 4, wave))
    held, words = of_headlines(marked, compared, catalogue)
    return estimates.combine([*rows, held]), compared, words


def _marked(
    responses: pd.DataFrame,
    margins: pd.DataFrame,
    catalogue: Catalogue,
    quarters: tuple[Quarter, ...],
) -> pd.DataFrame:
    """The answers of `of_headlines`, each with the weight of its profile, if any."""
    weights: dict[str, float] = {}
    for quarter in quarters:
        for one in weighted.weighed(responses, margins, catalogue, [quarter]):
            if one.calibration is not None:
                weights |= dict(zip(one.people.index, one.calibration.weights, strict=True))
    given = responses[(responses["variable"] == "satisfaction") & responses["value"].notna()]
    return given.assign(
        product=given["product"].fillna(""),
        quarter=answers.quarter_of(given["date"]),
        mark=answers.rescale(given),
        times=1,
        profile=given["response_id"].map(weights).astype(float),
    )


@family("surveys")
def surveys_(survey: pd.DataFrame) -> pd.DataFrame:
    """The marks of every survey, by quarter and over a year, with weights and without."""
    rows = survey.sort_values("device", kind="stable")
    of_weights, marks = rows["indicator"].str.startswith("weighting_"), rows["group"] == "weighting"
    measures = rows["indicator"].isin(MEASURES) & (rows["group"] == "")
    of_year = rows["period"].str.contains("/")
    parts = (measures & ~of_year, measures & of_year, marks, of_weights)
    return estimates.combine(rows[part] for part in parts)


# --- What its sentences ask


_FIRST_MARKS = ("satisfaction_10", "task_success_share", "nps", "ces_10", "clarity_10")


def _first_marks(frame: pd.DataFrame) -> pd.DataFrame:
    """The marks that a page begins with, in their order."""
    rows = frame[frame["indicator"].isin(_FIRST_MARKS)].drop_duplicates("indicator")
    return rows.sort_values("indicator", key=lambda names: names.map(_FIRST_MARKS.index))


def _began_within_a_year(frame: pd.DataFrame, quarter: str) -> bool:
    """Whether nothing is told of a year of a survey, as it began within it."""
    over_year = frame.loc[frame["period"].str.contains("/") & (frame["group"] != ""), "status"]
    if not (over_year == "suppressed").any() or not over_year.isin(words.WITHHELD).all():
        return False
    answered = frame["period"].str.contains("-T") & (frame["status"] != "missing")
    return min(frame.loc[answered, "period"], default="") > Quarter(quarter) - 3


def _of_opinion(weighed: pd.DataFrame) -> pd.DataFrame:
    """What marks would be if answering depended on what people think."""
    return weighed[weighed["group_value"].isin(list(weighted.DEPENDS.values()))]


def _bounds(marks: pd.DataFrame) -> pd.DataFrame:
    """A mark with the population's profile, and where answering depends on opinions alone."""
    return marks.set_index("group_value").reindex([WEIGHTED, weighted.DEPENDS[OPINION]])


def _moved_most(report: pd.DataFrame) -> str:
    """The category that weights move most; nothing where no share is known before and after."""
    wide = report[report["status"].isin(["published", "low_base", "partial"])].pivot(
        index="group_value", columns="indicator", values="estimate"
    )
    if not {"weighting_before", "weighting_after"} <= set(wide):
        return ""
    return str((wide["weighting_after"] - wide["weighting_before"]).abs().idxmax())
