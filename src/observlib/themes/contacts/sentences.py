"""Findings of calls, e-mails and forms: whether contacts are answered, and how soon."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import GROUPED
from observlib.language import french, wording, words
from observlib.language.words import SEMICOLON
from observlib.themes.comparison_sentences import undecided
from observlib.themes.sentences import published, value_of

_TEXTS = wording.load_texts(__file__)
_MOST_THEN = 2  # counts of a year before, told in the order of those of now


def answer_rates(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str, by: str = "product"
) -> str:
    """How many calls came, what share was answered, what it was a year before and at its lowest.

    Of `calls_offered` and `answer_rate`; lines are named `by` `product`, or `channel` on a
    product's page. Of more lines than are told one by one, only the lowest and the highest share
    are told.
    """
    rates, calls = published(frame, "answer_rate"), published(frame, "calls_offered", period)
    now = words.named(rates[rates["period"] == period], catalogue, by)
    when = words.capital(french.when(period))
    if now.empty:
        known = frame[(frame["period"] == period) & (frame["status"] != "missing")]
        return _TEXTS["no_calls" if known.empty else "no_whole_calls"].format(when=when)
    if len(now) > words.LINES:
        return " ".join(_answered_by_many(now, rates[rates["period"] == before], catalogue))
    sentences = []
    for row in now.to_dict("records"):
        offered = calls[calls["device"] == row["device"]]
        many = value_of(_first(offered), catalogue) if len(offered) else ""
        name, share = words.name_in_brackets(row, now, by), value_of(row, catalogue)
        text = _TEXTS["answered" if many else "answered_share"].format(
            when=when, share=share, calls=many, name=name
        )
        history = rates[rates["device"] == row["device"]]
        sentences += [text, *_earlier(history, share, catalogue, period, before)]
    return " ".join(sentences)


def _answered_by_many(now: pd.DataFrame, then: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """The lowest and the highest share of calls that lines answered, and those of a year before."""
    rate = words.indicator_of("answer_rate", catalogue)
    when = words.capital(french.when(now["period"].iat[0]))
    count, share = french.spelled(len(now), "une"), words.ends(now, rate)
    ends = _ends(now, catalogue)
    if len(ends) == 1:
        sentences = [_TEXTS["answered_alike"].format(when=when, share=share, count=count)]
    else:
        sentences = [_TEXTS["answered_by"].format(when=when, count=count)]
        for which, (share_, names) in zip(("lowest", "highest"), ends, strict=True):
            sentences.append(_TEXTS[f"answered_at.{which}"].format(share=share_, names=names))
    then = then[then["device"].isin(now["device"])]
    if len(then) < len(now):
        return sentences
    was = words.ends(then, rate)
    if " à " in was:
        return [*sentences, _TEXTS["a_year_before.other"].format(share=f"de {was}")]
    same = "same" if was == share else "other"
    return [*sentences, _TEXTS[f"a_year_before.{same}"].format(share=was)]


def _earlier(
    history: pd.DataFrame, share: str, catalogue: Catalogue, period: str, before: str
) -> list[str]:
    """What a line answered a year before, and the least that it did where that is of neither."""
    sentences = []
    then = history[history["period"] == before]
    if len(then):
        was = value_of(_first(then), catalogue)
        kind = "same" if was == share else "other"
        sentences.append(_TEXTS[f"a_year_before.{kind}"].format(share=was))
    worst = _first(history.sort_values(["estimate", "period"]))
    if worst["period"] not in (period, before):
        least, when = value_of(worst, catalogue), french.when(worst["period"])
        sentences.append(_TEXTS["worst"].format(share=least, when=when))
    return sentences


def lowest_answer_rate(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """In which quarter the smallest share of calls (`answer_rate`) was answered, line by line."""
    rates = published(frame, "answer_rate")
    if rates["period"].nunique() < 2:
        return _TEXTS["one_period"]
    ranked = words.named(rates, catalogue, "product").sort_values(["estimate", "period"])
    worst = _told(ranked.drop_duplicates("name"), catalogue)
    if len(worst) > words.LINES:
        lowest = words.at_ends(worst)[0]
        alike = lowest[lowest["period"] == lowest["period"].iat[0]]
        parts = [(words.join_few(alike["name"]), alike)]
    else:
        parts = [*worst.groupby("name")]
    lines = [
        _TEXTS["lowest_line"].format(
            share=rows["text"].iat[0], when=french.when(rows["period"].iat[0]), name=name
        )
        for name, rows in parts
    ]
    return _TEXTS["lowest"].format(lines=words.join_few(lines))


def waiting_times(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Within what time half of the answered calls, and nine out of ten, were answered.

    Of `wait_median` and `wait_p90` by device. Of more lines than are told one by one, only the ends
    are, which are not named: no line is tested against another.
    """
    sentences = []
    slow = published(frame, "wait_p90", period)
    medians = words.named(published(frame, "wait_median", period), catalogue, "product")
    if len(medians) > words.LINES:
        told = [*_wait_ends(medians, "half", catalogue), *_wait_ends(slow, "most", catalogue)]
        return " ".join(told)
    for row in medians.to_dict("records"):
        time, name = value_of(row, catalogue), f" ({row['name']})" if len(medians) > 1 else ""
        last = slow[slow["device"] == row["device"]]
        if last.empty:
            sentences.append(_TEXTS["half_wait"].format(time=time, name=name))
        else:
            longer = value_of(_first(last), catalogue)
            sentences.append(_TEXTS["waits"].format(time=time, longer=longer, name=name))
    return " ".join(sentences)


def _wait_ends(waits: pd.DataFrame, whose: str, catalogue: Catalogue) -> list[str]:
    """The shortest and the longest wait of half or of most calls; one where all are alike."""
    times = [end["text"].iat[0] for end in words.at_ends(_told(waits, catalogue))]
    if len(times) < 2:
        return [_TEXTS[f"wait_ends.{whose}.alike"].format(time=time) for time in times]
    shortest, longest = times
    return [
        _TEXTS[f"wait_ends.{whose}.shortest"].format(time=shortest),
        _TEXTS["wait_ends.longest"].format(time=longest),
    ]


def calls_in_log(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many calls waits and themes rest on, where it is fewer than all those that came.

    Of `calls_offered`, `wait_median` and `call_theme_share` of one period.
    """
    offered = frame.loc[frame["indicator"] == "calls_offered", "estimate"].sum()
    parts = []
    for name, what in (("wait_median", "wait"), ("call_theme_share", "themes")):
        rows = frame[(frame["indicator"] == name) & frame["n"].notna()]
        n = rows.drop_duplicates("device")["n"].sum()
        if 0 < n < offered:
            calls = words.base_text(n, words.indicator_of(name, catalogue))
            parts.append(_TEXTS[f"in_log_{what}"].format(calls=calls))
    if not parts:
        return ""
    calls = words.value(float(offered), words.indicator_of("calls_offered", catalogue))
    return _TEXTS["in_log"].format(known=french.join(parts), calls=calls)


def answered_in_promise(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product"
) -> str:
    """What share of messages is answered within the promise, from the least to the most.

    Of `answered_in_promise` by device; lines are named `by` `product`, or `channel` on a product's
    page. Desks promise different delays, which are told; the ends are not named.
    """
    rows = published(frame, "answered_in_promise", period)
    if rows.empty:
        return ""
    indicator = words.indicator_of("answered_in_promise", catalogue)
    share = words.ends(rows, indicator)
    share = f"de {share}" if " à " in share else share
    each = by == "product" and len(rows) > 1
    when = words.capital(french.when(period))
    text = _TEXTS["in_promise_by_desk" if each else "in_promise"].format(when=when, share=share)
    days = sorted({promise for promise in _promises(rows, catalogue).values() if promise})
    if not days:
        return text
    most = french.count(days[-1], _TEXTS["day"], _TEXTS["days"])
    delay = _TEXTS["promise" if len(days) == 1 else "promises"].format(days=most, least=days[0])
    return f"{text} {delay}"


def promised_delays(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """In how many days each desk promises a first answer; of many desks, the ends and how many do.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> known = load_catalogue(Path("data/catalogue"), own=Path("data/demo/catalogue"))
    >>> desks = pd.DataFrame({"device": ["formulaires-entreprendre"]})
    >>> promised_delays(desks, known).replace("\xa0", " ")
    "Délai promis d'une première réponse, week-ends compris : 3 jours (Formulaires Entreprendre)."
    """
    by_days: dict[int, list[str]] = {}
    for device, days in _promises(frame, catalogue).items():
        if days:
            by_days.setdefault(days, []).append(catalogue.devices[device].label)
    parts = [
        f"{french.count(days, _TEXTS['day'], _TEXTS['days'])} ({french.join(by_days[days])})"
        for days in sorted(by_days)
    ]
    if (count := sum(map(len, by_days.values()))) > words.LINES:
        most = french.count(max(by_days), _TEXTS["day"], _TEXTS["days"])
        delay = "delay" if len(by_days) == 1 else "delays"
        told = _TEXTS[f"promised_by_many.{delay}"].format(
            most=most, least=min(by_days), count=french.spelled(count)
        )
        return _TEXTS["promised_delays"].format(delays=told)
    return _TEXTS["promised_delays"].format(delays=SEMICOLON.join(parts)) if parts else ""


def _promises(frame: pd.DataFrame, catalogue: Catalogue) -> dict[str, int | None]:
    known = [device for device in frame["device"].unique() if device in catalogue.devices]
    return {device: catalogue.devices[device].promise_days for device in known}


def peak_hours(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """At what hours the phone of one device rings most and least, and when (`calls_an_hour`)."""
    rows = frame[(frame["period"] == period) & frame["estimate"].notna()]
    hours, cells = (rows[rows["group"] == group] for group in ("hour", "weekday_hour"))
    if len(hours) < 2:
        return _TEXTS["no_hours"]

    def end(found: pd.DataFrame, most: bool) -> tuple[str, str]:
        row = found.loc[found["estimate"].idxmax() if most else found["estimate"].idxmin()]
        return str(row["group_value"]), value_of(row, catalogue)

    (busy, many), (quiet, _) = end(hours, True), end(hours, False)
    text = _TEXTS["hours"].format(busy=busy, calls=many, quiet=quiet)
    if cells.empty:
        return text
    where, number = end(cells, True)
    day, _, hour = where.partition(words.BETWEEN)
    return f"{text} {_TEXTS['peak'].format(day=day, hour=hour, calls=number)}"


def main_topics(
    frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue, period: str
) -> str:
    """What callers ask most, or that the first theme is not set apart from the second.

    Of `call_theme_share` of one device; `compared` is the row of `leading_answer.pairs`.
    """
    rows = frame[(frame["period"] == period) & (frame["status"] == "published")]
    rows = rows[~rows["group_value"].isin(GROUPED)]
    if rows.empty:
        return _TEXTS["no_theme"]
    ranked = rows.sort_values("estimate", ascending=False, kind="stable")
    first, *others = estimates.records(ranked)
    theme, share = french.inner_quotes(first["group_value"]), value_of(first, catalogue)
    if not others:
        return _TEXTS["only_theme"].format(theme=theme, share=share)
    second = others[0]["group_value"]
    told = {
        "theme": theme,
        "share": share,
        "other": french.inner_quotes(second),
        "other_share": value_of(others[0], catalogue),
    }
    if (compared["verdict"] == "rise").any():
        return _TEXTS["first_theme"].format(**told)
    unsure = undecided(compared, second, catalogue, _TEXTS["which_theme"])
    return _TEXTS["first_themes"].format(**told, unsure=unsure)


def backlog(frame: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """How many messages waited at a quarter's end, desk by desk, and a year before where few do.

    Of `tickets_open`; of more desks than are told one by one, only the most and the fewest.
    """
    shown = published(frame, "tickets_open")
    now = words.named(shown[shown["period"] == period], catalogue, "product")
    if now.empty:
        return _TEXTS["no_backlog"].format(when=words.capital(french.when(period)))
    if len(now) > words.LINES:
        ends, count = _ends(now, catalogue), french.spelled(len(now))
        if len(ends) == 1:
            return _TEXTS["backlog_alike"].format(count=count, messages=ends[0][0])
        sentences = [_TEXTS["backlog_by"].format(count=count)]
        for which, (messages, names) in zip(("lowest", "highest"), ends, strict=True):
            sentences.append(_TEXTS[f"backlog_at.{which}"].format(messages=messages, names=names))
        return " ".join(sentences)
    indicator = words.indicator_of("tickets_open", catalogue)
    ranked = now.sort_values("estimate", ascending=False, kind="stable")
    parts = [f"{value_of(row, catalogue)} ({row['name']})" for row in ranked.to_dict("records")]
    text = _TEXTS["backlog"].format(messages=words.join_few(parts))
    earlier = shown[shown["period"] == before].drop_duplicates("device").set_index("device")
    if len(ranked) > _MOST_THEN or not set(ranked["device"]) <= set(earlier.index):
        return text
    then = earlier.loc[list(ranked["device"]), "estimate"]
    counts = french.join(words.figure(x, indicator) for x in then)
    return f"{text} {_TEXTS['backlog_then'].format(counts=counts)}"


def _ends(rows: pd.DataFrame, catalogue: Catalogue) -> list[tuple[str, str]]:
    """The lowest and the highest of counts, each with the names of those that have it."""
    ends = words.at_ends(_told(rows, catalogue))
    return [(end["text"].iat[0], words.join_few(end["name"])) for end in ends]


def _told(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Estimates, each with the `text` that tells it."""
    return rows.assign(text=[value_of(row, catalogue) for row in estimates.records(rows)])


def _first(rows: pd.DataFrame) -> estimates.Row:
    return estimates.records(rows)[0]
