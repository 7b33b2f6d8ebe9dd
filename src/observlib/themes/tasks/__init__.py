"""How each task fares over a year: who succeeds, how easily, who calls, who is stopped in tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.text import by_words
from observlib.catalogue import REASON, TASK, Catalogue, leads_to_task
from observlib.confidentiality.disclosure import people_told, protect, withheld_parts
from observlib.estimates import MEASURES, Row, base
from observlib.indicators import answers, counts
from observlib.indicators.families import counted, estimated, family, protected
from observlib.records import coding
from observlib.stats.survey.association import among_worst
from observlib.stats.survey.intervals import adjusted_wald, clustered_share
from observlib.stats.survey.proportions import quantile_interval

# --- What is counted of each task: visits, calls, messages and texts, by device and quarter


def task_visits(
    sections: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """Visits of the sections of each task, by device and quarter."""
    led = _led(sections, "section", leads_to_task("sections", catalogue.tasks))
    own = ["task", "device", "product", "channel", "source", "start", "end", "complete"]
    summed = led.groupby(own, as_index=False)["visits"].sum()
    return estimates.combine(
        counts.quarterly_counts(rows, quarters).assign(
            indicator="task_visits", group=TASK, group_value=task
        )
        for task, rows in summed.groupby("task", sort=True)
    )


def task_contacts(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The calls or tickets whose theme leads to a task, each with its `task`."""
    return _led(rows, "theme", leads_to_task("themes", catalogue.tasks))


def task_texts(verbatims: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The redacted texts that hold words of a task, each once with its `task`, or with several."""
    holding = by_words({task.label: task.words for task in catalogue.tasks.values()})
    whole = coding.whole_texts(verbatims).drop_duplicates(["date", "text"])
    led = whole.assign(task=[holding(text) for text in whole["text"]]).drop(columns="text")
    return led.explode("task").dropna(subset=["task"]).reset_index(drop=True)


def _led(rows: pd.DataFrame, column: str, leads: Callable[[str], str | None]) -> pd.DataFrame:
    known = {one: leads(str(one)) for one in rows[column].dropna().unique()}
    return rows.assign(task=rows[column].map(known)).dropna(subset=["task"])


@counted
def contacts_by_task(
    kind: str, led: pd.DataFrame, every: pd.DataFrame, quarters: Sequence[Quarter]
) -> Iterator[Row]:
    """How many contacts of each device and quarter lead to each task."""
    whole = {(*about.values(),): status for about, _, status in answers.over(every, quarters)}
    place = [*answers.SUBJECT, "period"]
    for about, given, _ in answers.over(led, quarters, TASK):
        status = whole[tuple(about[name] for name in place)]
        row = {**about, "indicator": f"task_{kind}s", "status": status}
        if status != "missing":
            count = answers.number_of_rows(given)
            row |= {"estimate": base(count), "n": base(count) or None}
            if 0 < count < estimates.MINIMUM_PEOPLE:
                row["status"] = "suppressed"
        yield row


@counted
def in_all(visits_: pd.DataFrame) -> Iterator[Row]:
    """The visits of each task and quarter over all devices; withheld where one's are."""
    rows = visits_[visits_["status"] != "missing"]
    for (period, task), own in rows.groupby(["period", "group_value"]):
        total = float(own["estimate"].sum())
        row = {"indicator": "task_visits", "period": period, "group": TASK, "group_value": task}
        row |= {"source": sources(own), "estimate": total, "n": total or None}
        worst = [one for one in ("suppressed", "partial") if one in set(own["status"])]
        yield {**row, "status": worst[0] if worst else "published"}


def sources(rows: pd.DataFrame) -> str:
    """The source of what rests on several devices: the digest of those of all."""
    return answers.source_of("tasks", sorted(map(str, rows["source"].unique())))


SUCCESS, EASE, TRIED = "task_success_share", "task_ease", "task_failure_demand_share"
_MEASURES = {SUCCESS: MEASURES[SUCCESS], EASE: MEASURES["ces_10"]}
_ASKED = {name: measure.question for name, measure in _MEASURES.items()} | {TRIED: "tried_online"}
YES = "Oui"  # the category of `tried_online` of those who had looked on a site before


def answered(responses: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """What those who named one task answered: one row each, with its `task`."""
    reasons = responses[(responses["variable"] == REASON) & responses["category"].notna()]
    leads = leads_to_task("answers", catalogue.tasks)
    known = {one: leads(str(one)) or "" for one in reasons["category"].unique()}
    led = reasons.assign(task=reasons["category"].map(known).astype(object))
    several = led[led["task"] != ""].groupby("response_id")["task"].nunique() > 1
    led = led[~led["response_id"].isin(several[several].index)]
    led = led.sort_values("task", ascending=False).drop_duplicates("response_id")
    people = led[[*answers.SUBJECT, "response_id", "date", "task"]].set_index("response_id")
    asked = {
        name: responses[responses["variable"] == variable].set_index("response_id")
        for name, variable in _ASKED.items()
    }
    said = {
        name: measure.of(asked[name].dropna(subset="value")) for name, measure in _MEASURES.items()
    }
    said[TRIED] = asked[TRIED]["category"].dropna().eq(YES)
    for name, given in said.items():
        people[name] = given[~given.index.duplicated()].astype(float).reindex(people.index)
    return people.reset_index()


def task_marks(people: pd.DataFrame, catalogue: Catalogue, year: Sequence[Quarter]) -> pd.DataFrame:
    """`SUCCESS`, `EASE` and `TRIED` of each task over a year, by survey, never of all surveys."""
    return estimates.combine(
        _by_task(given.dropna(subset=[indicator]), indicator, about | {"status": status})
        for about, given, status in answers.periods_of(people, catalogue, year)
        for indicator in _ASKED
    )


def _by_task(given: pd.DataFrame, indicator: str, about: Row) -> pd.DataFrame:
    """One measure of each task that someone named, but for what may not be told."""
    named = given[given["task"] != ""].groupby("task", sort=True)[indicator]
    # a task is no category of an answer beside others: each is judged alone
    rows = estimates.combine(
        protect([{**about, "group": TASK, "group_value": task, **_measure(indicator, own)}])
        for task, own in named
    )
    hidden = rows.loc[rows["status"] == "suppressed", "group_value"]
    also = withheld_parts(given.groupby("task").size().to_dict(), hidden)
    return estimates.withhold(rows, rows["group_value"].isin(also))


def _measure(indicator: str, values: pd.Series) -> Row:
    if indicator in _MEASURES:
        return answers.of_worths(indicator, _MEASURES[indicator], values)
    return answers.share(indicator, values == 1)


@protected(personal=False)
def waits(calls: pd.DataFrame, year: Sequence[Quarter]) -> Iterator[Row]:
    """Median seconds before an answer of the calls of each task over a year, by device."""
    inside = calls[(calls["outcome"] == "answered") & calls["wait"].notna()]
    for about, given, status in answers.over(inside, {answers.pooled_period(year): year}, TASK):
        n = base(answers.number_of_rows(given))
        row = {**about, "indicator": "task_wait", "status": status, "n": n, "n_eff": n}
        seconds, each = given["wait"].astype(float).to_numpy(), answers.times(given).to_numpy()
        value = answers.with_interval(*quantile_interval(seconds, 0.5, times=each))
        yield row | (value or {})


def attempts(user_tests: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Attempts of user tests at what leads to a task: passport, `date`, `task`, `who`, `value`."""
    tried = user_tests[(user_tests["measure"] == "success") & user_tests["task"].notna()]
    leads = leads_to_task("tests", catalogue.tasks)
    known = {one: leads(str(one)) for one in tried["task"].unique()}
    tried = tried.assign(task=tried["task"].map(known).astype(object))
    who = tried["device"].astype(str) + " " + tried["participant"].astype(str)
    return tried.dropna(subset=["task"]).assign(who=who)


@protected(personal=False)
def blocked(tried: pd.DataFrame, year: Sequence[Quarter]) -> Iterator[Row]:
    """`task_blocked_share`: attempts of a year's tests that failed, in %; `n` are participants."""
    for about, given, _ in answers.over(tried, {answers.pooled_period(year): year}, TASK):
        share, n_eff, people = _failures(given)
        low, high = (100 * end for end in adjusted_wald(share * n_eff, n_eff))
        row = {**about, "indicator": "task_blocked_share", "unit": "%", "n": people}
        row |= {"n_eff": n_eff, "estimate": 100 * share, "ci_low": low, "ci_high": high}
        people_of = given.groupby("quarter")["who"].nunique()
        told = people_told([people_of.get(quarter, 0) for quarter in year])
        yield row if told else {**row, "status": "suppressed"}


def _failures(tried: pd.DataFrame) -> tuple[float, float, int]:
    """The share of attempts that failed, the base that they are worth, and the participants."""
    by_person = tried.assign(failed=1 - tried["value"]).groupby("who")["failed"]
    counts = by_person.agg(["sum", "count"]).astype(int)
    share, n_eff = clustered_share(list(counts.itertuples(index=False, name=None)))
    return share, n_eff, len(counts)


def every_survey(
    responses_of: Mapping[str, Callable[[], pd.DataFrame]], catalogue: Catalogue
) -> pd.DataFrame:
    """What `answered` gives of the surveys in which someone named a task."""
    found = (answered(responses_of[name](), catalogue) for name in sorted(responses_of))
    named = [people for people in found if (people["task"] != "").any()]
    none = pd.DataFrame(columns=[*answers.SUBJECT, "response_id", "date", "task", *_ASKED])
    return pd.concat(named) if named else none.astype({"date": "datetime64[us]"})


# --- Tasks: what an edition publishes of what people came to do, and which tasks most need work

_QUARTERS = 5  # those of the year, and the same one a year before
RATES = {"task_calls": "task_calls_per_thousand", "task_tickets": "task_tickets_per_thousand"}
CRITERIA = ("failing", "effort", *RATES.values(), "blocked")


@counted
def per_thousand(
    visits: pd.DataFrame,
    contacts: pd.DataFrame,
    offered: pd.DataFrame,
    logged: pd.DataFrame,
    year: Sequence[Quarter],
) -> Iterator[Row]:
    """Calls, and messages, for 1,000 visits of each task's sections, over a year."""
    seen, heard = (rows[rows["period"].isin(year)] for rows in (visits, contacts))
    factors = _times_logged(answers.within(offered, year), answers.within(logged, year))
    for (kind, task), calls in heard.groupby(["indicator", "group_value"], sort=True):
        own = seen[seen["group_value"] == task]
        if own.empty:
            continue
        both = pd.concat([own, calls])
        about = {"indicator": RATES[str(kind)], "period": answers.pooled_period(year)}
        about |= {"source": sources(both), "group": TASK, "group_value": task}
        if (both["status"] == "suppressed").any():
            yield {**about, "status": "suppressed"}
        elif both["status"].isin(["partial", "missing"]).any() or not own["estimate"].sum():
            yield {**about, "status": "missing"}
        else:
            factor = calls["product"].map(factors if kind == "task_calls" else {}).fillna(1.0)
            total = float((calls["estimate"] * factor).sum())
            rate = 1000 * total / float(own["estimate"].sum())
            yield {**about, "estimate": rate, "n": float(calls["estimate"].sum()) or None}


def _times_logged(offered: pd.DataFrame, logged: pd.DataFrame) -> dict[str, float]:
    """How many calls were offered for one that is in the log, by product; 1 at the least."""
    of_log = answers.times(logged).groupby(logged["product"].astype(str)).sum()
    whole = offered.groupby(offered["product"].astype(str))["offered"].sum()
    ratio = (whole / of_log).dropna()
    return {str(product): max(1.0, float(value)) for product, value in ratio.items()}


def measure_criteria(
    labels: Sequence[str],
    visits: pd.DataFrame,
    people: pd.DataFrame,
    rates: pd.DataFrame,
    tried: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """By what tasks are told apart, standard errors and their correlation: the higher the worse.

    `failing`: the logarithm of how many visits of a year end without success; `effort`: the mean
    mark of ease on 10, turned round; the logarithms of `RATES`; `blocked`: the log-odds of failing
    in a test. What is not known is NaN.
    """
    values = pd.DataFrame(np.nan, index=list(labels), columns=list(CRITERIA))
    errors = values.copy()
    whole = visits[visits["status"] == "published"]
    volume = whole.groupby(["group_value", "period"])["estimate"].sum().groupby(level=0).mean()
    rate = rates.set_index(["group_value", "indicator"])
    for task in labels:
        own = people[people["task"] == task]
        success, ease = own[SUCCESS].dropna(), own[EASE].dropna()
        if len(success) and volume.get(task, 0) > 0:
            # half an answer is added to each side, so that nobody's success is no certainty
            failed, n = len(success) - success.sum() + 0.5, len(success) + 1
            values.at[task, "failing"] = np.log(4 * volume[task] * failed / n)
            errors.at[task, "failing"] = np.sqrt((1 - failed / n) / failed)
        if len(ease) > 1 and ease.std() > 0:
            values.at[task, "effort"] = -ease.mean()
            errors.at[task, "effort"] = ease.std() / np.sqrt(len(ease))
        for one in RATES.values():
            if (task, one) in rate.index and rate.at[(task, one), "estimate"] > 0:
                values.at[task, one] = np.log(rate.at[(task, one), "estimate"])
                errors.at[task, one] = 1 / np.sqrt(rate.at[(task, one), "n"])
        attempts = tried[tried["task"] == task]
        if len(attempts):
            share, n_eff, _ = _failures(attempts)
            lost, won = share * n_eff + 0.5, (1 - share) * n_eff + 0.5
            values.at[task, "blocked"] = np.log(lost / won)
            errors.at[task, "blocked"] = np.sqrt(1 / lost + 1 / won)
    return values, errors, _shared(people)


def _shared(people: pd.DataFrame) -> pd.DataFrame:
    """How errors of `CRITERIA` correlate: `failing` and `effort` are told in the same answers."""
    given = people.set_index("task")[[SUCCESS, EASE]].astype(float)
    within = given - given.groupby(level=0).transform("mean")
    both = len(within.dropna()) / np.sqrt(within.count().prod() or 1)
    found = pd.DataFrame(np.eye(len(CRITERIA)), CRITERIA, CRITERIA)
    one = np.clip(within.corr().fillna(0.0).iat[0, 1] * both, -0.9, 0.9)
    found.loc["failing", "effort"] = found.loc["effort", "failing"] = one
    return found


@estimated
def priority(
    values: pd.DataFrame, errors: pd.DataFrame, shared: pd.DataFrame, about: Row
) -> Iterator[Row]:
    """`task_priority`: the probability, in %, that each task is among those that most need work."""
    found = among_worst(values.to_numpy(), errors.to_numpy(), shared=shared.to_numpy())
    row = {**about, "indicator": "task_priority", "unit": "%", "group": TASK}
    for task, share in zip(values.index, found, strict=True):
        if not np.isnan(share):
            yield {**row, "group_value": task, "estimate": 100 * share}


@family("tasks", quarters=_QUARTERS)
def tasks_(
    sections: pd.DataFrame,
    calls_by_theme_and_wait: pd.DataFrame,
    intervals_by_day: pd.DataFrame,
    tickets_by_theme: pd.DataFrame,
    verbatims: pd.DataFrame,
    responses_of: Mapping[str, Callable[[], pd.DataFrame]],
    user_tests: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> pd.DataFrame:
    """Five quarters of what leads to each task, and over the year how it fares."""
    if not catalogue.tasks:
        return estimates.make([])
    quarters, year = quarter.back(_QUARTERS), quarter.back(4)
    logged = calls_by_theme_and_wait
    calls = task_contacts(logged, catalogue)
    tickets = task_contacts(tickets_by_theme, catalogue)
    visits = task_visits(sections, catalogue, quarters)
    called = contacts_by_task("call", calls, logged, quarters)
    messages = contacts_by_task("ticket", tickets, tickets_by_theme, quarters)
    contacts = estimates.combine([called, messages])
    apart = {"device": "", "product": "", "channel": "", "source": sources(verbatims)}
    written = verbatims.assign(**apart)  # of each device there are few
    wrote = contacts_by_task("text", task_texts(written, catalogue), written, quarters)
    people = every_survey(responses_of, catalogue)
    tried = attempts(user_tests, catalogue)
    rates = per_thousand(visits, contacts, intervals_by_day, logged, year)
    found = [visits, contacts, wrote, in_all(visits)]
    found.append(task_marks(people, catalogue, year))
    found += [waits(calls, year), blocked(tried, year), rates]
    labels = [task.label for task in catalogue.tasks.values()]
    # channels do not compare: visits are judged by those who came by theirs
    judged = {*visits["channel"]} or {*people["channel"].mode()[:1]}
    given = answers.within(people[people["channel"].isin(judged)], year)
    seen = visits[visits["period"].isin(map(str, year))]
    known = measure_criteria(labels, seen, given, rates, answers.within(tried, year))
    rows = estimates.combine(found)
    about = {"period": answers.pooled_period(year), "source": sources(rows)}
    return estimates.combine([rows, priority(*known, about)])
