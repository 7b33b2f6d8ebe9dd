"""Findings of actions: what followed each, by the verdicts of `themes.actions`; no proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import changes
from observlib.display.output import Output, caption_of, captioned, pipe_table, text
from observlib.estimates import EVOLVED
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.actions import (
    BEFORE_AFTER,
    COMPARABLE,
    CONTROLLED,
    KINDS,
    SEEN,
    Action,
    touches,
)
from observlib.stats.series.interrupted import (
    LEAST_AFTER,
    LEAST_BEFORE,
    LEAST_PLACEBOS,
    reaches,
)
from observlib.themes.actions import followed_since

# --- Effects of actions in words and in a table: each with its interval, and the verdict

_TEXTS = wording.load_texts(__file__)
# reasons that have words
_TOLD = ("before", "after", "seasons", "spread", "controls", "others", "placebos", "few")
_NO_EFFECT = "–"
_COMPARISONS = (BEFORE_AFTER, CONTROLLED)


def _verdict_words(row: estimates.Row) -> str:
    """Write a verdict on an action, and why there is none where nothing could be tested."""
    if row["verdict"] == "unknown":
        told = row["reason"] in _TOLD
        return _TEXTS[f"reasons.{row['reason']}"] if told else _TEXTS["reasons.unknown"]
    return EVOLVED[row["verdict"]]


def _size(row: estimates.Row, outcome: str = "") -> str:
    """Write how large a difference of `VERDICTS` is, a rise or fall never as none."""
    ends = (row["difference_low"], row["difference_high"])
    decimals = _decimals(min(ends, key=abs), outcome)
    return _with_unit(french.signed(row["difference"], decimals), row["difference"], row["unit"])


def _least(row: estimates.Row) -> str:
    """Write the smallest change that could have been seen."""
    x = row["detectable"]
    return _with_unit(french.number(x, _decimals(x, "rise")), x, row["unit"])


def _change(estimate: estimates.Row, outcome: str = "", nearest: float = 0.0) -> str:
    """Write an estimate of `action_effect`."""
    number = french.signed(estimate["estimate"], _decimals(nearest, outcome))
    return _with_unit(number, estimate["estimate"], estimate["unit"])


def _value(estimate: estimates.Row, outcome: str = "") -> str:
    """Write an estimate of `action_effect` with its interval, a rise or fall never as none."""
    low, high = estimate["ci_low"], estimate["ci_high"]
    nearest = min(low, high, key=abs)
    decimals = _decimals(nearest, outcome)
    ends = f"{french.signed(low, decimals)} à {french.signed(high, decimals)}"
    return f"{_change(estimate, outcome, nearest)} ({ends})"


def effect_table(
    verdicts: pd.DataFrame, effects: pd.DataFrame, catalogue: Catalogue, caption: str, *, label: str
) -> Output:
    """Make the table of what followed actions: a row for each thing that one was to move."""
    rows = verdicts[verdicts["reason"] != "series"].to_dict("records")
    if not rows:
        raise ObservError("effect_table: no action is followed; name it with `absent`")
    found = effects[(effects["indicator"] == "action_effect") & (effects["status"] == "published")]
    by_place = {(row["group"], row["group_value"]): row for row in found.to_dict("records")}
    action, told = _TEXTS["head.action"], _TEXTS["head.verdict"]
    columns: dict[str, list[str]] = {action: [], told: []}
    columns |= {name: [] for name in _COMPARISONS}
    for row in rows:
        measure = words.small(catalogue.indicators[row["indicator"]].label)
        columns[action].append(f"{row['title']} ({catalogue.label(row['product'])}, {measure})")
        reason = row["reason"]
        why = f" ({_TEXTS[f'short.{reason}']})" if reason in _TOLD else ""
        columns[told].append(EVOLVED[row["verdict"]] + why)
        for name in _COMPARISONS:
            at = by_place.get((row["group"], name))
            columns[name].append(_value(at) if at else _NO_EFFECT)
    pipe = pipe_table(columns, right=_COMPARISONS, even=True)
    level = changes.level(verdicts["level"])
    rule = f"{changes.rule(EVOLVED)} {_TEXTS['rule']}"
    note = f"{rule} {_TEXTS['level'].format(level=level)}" if level else rule
    made = captioned(pipe, caption_of(caption, label), label, note)
    return made.carrying([effects], catalogue)


def _decimals(nearest: float, outcome: str) -> int:
    """One decimal, or as many as a rise or fall needs not to be rounded to none."""
    return french.decimals_of(nearest, 1) if outcome in ("rise", "fall") else 1


def _with_unit(number: str, x: float, unit: str) -> str:
    phrase = "%" if unit == "%" else french.plural(round(x, 1), _TEXTS["point"], _TEXTS["points"])
    return f"{number}{french.NBSP}{phrase}"


_WAY = {"rise": "up", "fall": "down"}
_MEASURED = ("", "precision", "placebos", "few")  # reasons of verdicts on an effect that has a size
_LATEST = 5  # actions that the sheet of a product lists


def followed_actions(verdicts: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many actions are followed, what came after each (`effects`), and that it is no proof."""
    followed = verdicts[verdicts["reason"] != "series"]
    if followed.empty:
        return f"{_TEXTS['none']} {without_series(verdicts, catalogue)}".strip()
    n = followed["action"].nunique()
    count = _TEXTS["followed_one" if n == 1 else "followed"].format(count=french.number(n))
    rows = sorted(estimates.records(followed), key=_rank)
    moved = [_moved(row, catalogue) for row in rows if row["verdict"] in _WAY]
    others: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] not in _WAY:
            others.setdefault(_clause(row), []).append(_quoted(row, catalogue))
    rest = [
        _TEXTS["stable" if why == EVOLVED["stable"] else "unknown"].format(
            why=words.capital(why), actions=_first_of(named)
        )
        for why, named in others.items()
    ]
    return " ".join([count, *moved, *rest, _TEXTS["no_proof"]])


def _moved(row: estimates.Row, catalogue: Catalogue) -> str:
    """The action that a rise or a fall came after, and whether it was meant."""
    return _TEXTS["as_expected" if _is_meant(row) else "against"].format(
        move=_verdict_words(row),
        title=french.inner_quotes(row["title"]),
        product=catalogue.label(row["product"]),
        measure=_named(row, catalogue),
        size=_size(row, row["verdict"]),
    )


def _quoted(row: estimates.Row, catalogue: Catalogue) -> str:
    """An action in brackets of which no move is established."""
    seen = row["reason"] == "precision"
    return _TEXTS["action_seen" if seen else "action"].format(
        title=french.inner_quotes(row["title"]),
        product=catalogue.label(row["product"]),
        measure=_named(row, catalogue),
        least=_least(row) if seen else "",
    )


def _first_of(actions: list[str]) -> str:
    """The first action, whose title may be long, and how many others: each has its paragraph."""
    more = len(actions) - 1
    others = [french.count(more, _TEXTS["other"], _TEXTS["others"])] if more else []
    return french.join([actions[0], *others])


def each(
    verdicts: pd.DataFrame, frame: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue
) -> Output:
    """What was done, when, and what followed, action by action.

    `verdicts` and `frame` are of `actions.effects`; of `actions`, all those recorded until then,
    another on the same product and figure is told.
    """
    actions = tuple(actions)
    by_id = {action.id: action for action in actions}
    sentences = []
    told: list[str] = []
    for row in verdicts[verdicts["reason"] != "series"].to_dict("records"):
        action = by_id[row["action"]]
        place = f"{catalogue.label(action.product)}, {french.day_label(action.date)}"
        if action.kind != "action":
            place = f"{KINDS[action.kind]}, {place}"
        source = catalogue.devices.get(row["device"])
        measure, way = _named(row, catalogue), _TEXTS[f"way.{row['direction']}"]
        name = markdown("[**{}**]{{#action-{}}}", row["group"], Markdown(action.id))
        if action.id in told:  # an address is of one place
            name = markdown("**{}**", row["group"])
        told.append(action.id)
        sentences.append(markdown("{} ({}). {}", name, place, action.done))
        paragraph = (
            _TEXTS["expected"].format(way=way, measure=measure),
            _TEXTS["source"].format(device=source.label) if source else "",
            _sentence(row, frame, catalogue),
            _left_out(row, action, catalogue),
            _also_meant(row, actions),
        )
        sentences.append(joined(filter(None, paragraph), " "))
    made = text(joined(sentences, "\n\n") or _TEXTS["none"]).carrying([frame], catalogue)
    return Output(made.shown, {**made.content, "tells": list(dict.fromkeys(told))})


def done_on(
    product: str,
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    actions: Iterable[Action],
    catalogue: Catalogue,
    page: Callable[[str, str], str],
) -> Markdown:
    """What was done on a product, the latest first, each with what followed in a line.

    `frame` are estimates of `action_effect` of the product, `verdicts` those of `each`; `page`
    (`Study.page`) tells more.
    """
    own = [action for action in actions if action.product == product]
    return _listed(own, verdicts, frame, catalogue, page("actions", product))


def done_for_tasks(
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    actions: Iterable[Action],
    planned: Iterable[Action],
    catalogue: Catalogue,
    page: Callable[[str, str], str],
) -> Markdown:
    """What was done for tasks, and is `planned`, the latest first, each with what followed.

    The others are as for `done_on`.
    """
    helped = {
        action: _for_tasks(action, catalogue) for action in (*actions, *planned) if action.tasks
    }
    return _listed(helped, verdicts, frame, catalogue, page("actions", ""), helped)


def _for_tasks(action: Action, catalogue: Catalogue) -> str:
    tasks = french.join(words.in_quotes(catalogue.tasks[task].label) for task in action.tasks)
    return _TEXTS["for_tasks"].format(tasks=tasks)


def _listed(
    actions: Iterable[Action],
    verdicts: pd.DataFrame,
    frame: pd.DataFrame,
    catalogue: Catalogue,
    page: str,
    before: Mapping[Action, str] | None = None,
) -> Markdown:
    """Actions, the latest first, and where more is told of what followed them."""
    lines = []
    for action in sorted(actions, key=lambda one: one.date, reverse=True):
        own = verdicts[(verdicts["action"] == action.id) & (verdicts["reason"] != "series")]
        followed = [_followed(row, frame, catalogue) for row in own.to_dict("records")]
        when = french.day_label(action.date)
        said = " ".join([*([before[action]] if before else []), *followed])
        lines.append(markdown("- **{}** ({}). {}", action.title, when, said))
    more = markdown(f"[{{}}]({page}.ipynb).", _TEXTS["how_measured"])
    return joined([joined(lines[:_LATEST], "\n"), more], "\n\n") if lines else Markdown("")


def _followed(row: estimates.Row, frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """What followed an action, in a line: the size of a rise or fall alone."""
    said = _verdict_words(row)
    at = frame[(frame["group"] == row["group"]) & (frame["group_value"] == row["group_value"])]
    if row["verdict"] in _WAY and len(at):
        said += f", {_value(at.iloc[0].to_dict(), row['verdict'])}"
    return _TEXTS["effect_seen"].format(measure=_named(row, catalogue), effect=said)


def courses(frame: pd.DataFrame) -> estimates.Row:
    """What `Study.lines` draws of all that is followed: what is seen, before what was expected."""
    rows = frame[frame["indicator"] == "action_course"]
    seen = rows["group_value"] == SEEN
    behind = {"behind": rows[~seen], "behind_label": _TEXTS["courses.behind"]}
    behind["behind_from"] = _TEXTS["courses.from"]
    return {"frame": rows[seen], "caption": _TEXTS["courses.caption"], "by": "group", **behind}


def caution(effects: pd.DataFrame) -> str:
    """What no effect proves; nothing where none is told."""
    return _TEXTS["caution"] if len(effects) else ""


def without_series(verdicts: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which actions have no monthly series of what they were to move, and so are not followed."""
    return " ".join(
        _TEXTS["no_series"].format(
            title=french.inner_quotes(row["group"]), measure=_named(row, catalogue)
        )
        for row in verdicts[verdicts["reason"] == "series"].to_dict("records")
    )


def too_old(actions: Iterable[Action], quarter: str, catalogue: Catalogue) -> str:
    """Which actions are too old to be followed here, which a page does not pass over in silence.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> too_old([], "2026-T3", load_catalogue(Path("data/catalogue")))
    ''
    """
    since = followed_since(Quarter(quarter))
    return " ".join(
        _TEXTS["too_old"].format(
            title=french.inner_quotes(action.title),
            product=catalogue.label(action.product),
            day=french.day_label(action.date),
            since=french.day_label(since),
        )
        for action in actions
        if action.date < since
    )


def _left_out(row: estimates.Row, action: Action, catalogue: Catalogue) -> str:
    """Which comparable products the action names are not compared with."""
    others = [name for name in action.controls if name not in row["compared_with"]]
    if row["group_value"] != CONTROLLED or row["reason"] not in _MEASURED or not others:
        return ""
    return _TEXTS["left_out"].format(products=french.join(map(catalogue.label, others)))


def _also_meant(row: estimates.Row, actions: Iterable[Action]) -> str:
    """Which other actions were to move the same measure of the same product, around its day."""
    if row["reason"] not in (*_MEASURED, "others"):
        return ""
    (own,) = (action for action in actions if action.id == row["action"])
    parts = [
        _TEXTS["action_of"].format(
            title=french.inner_quotes(action.title), day=french.day_label(action.date)
        )
        for action in actions
        if action.id != own.id and touches(action, row) and reaches(own.date, action.date)
    ]
    if not parts:
        return ""
    what = "not_apart" if row["reason"] == "others" else "also_meant"
    return _TEXTS.of(what, len(parts)).format(actions=words.join_few(parts))


def _named(row: estimates.Row, catalogue: Catalogue) -> str:
    return words.small(catalogue.indicators[row["indicator"]].label)


def _is_meant(row: estimates.Row) -> bool:
    return _WAY[row["verdict"]] == row["direction"]


def _clause(row: estimates.Row) -> str:
    """A verdict in words; a rise or a fall with whether it is the one expected."""
    wording = _verdict_words(row)
    if row["verdict"] not in _WAY:
        return wording
    return _TEXTS[f"verdict.{'as_expected' if _is_meant(row) else 'against'}"].format(move=wording)


def _rank(row: estimates.Row) -> int:
    """Rises and falls first, then what is stable, then what cannot be told, then the untested."""
    if row["verdict"] in (*_WAY, "stable"):
        return int(row["verdict"] == "stable")
    return 2 if row["reason"] in (*_MEASURED, "controls") else 3


def _sentence(row: estimates.Row, frame: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    clause = markdown("**{}**", words.capital(_clause(row)))
    months = _TEXTS["months"].format(
        before=french.number(row["before"]), after=french.number(row["after"])
    )
    if row["reason"] == "others":
        return markdown("{} : {}", clause, _TEXTS["too_near"])
    if row["reason"] in ("before", "after", "seasons"):
        short = "seasons" if row["reason"] == "seasons" else "months"
        needed = _TEXTS[f"{short}_needed"].format(before=LEAST_BEFORE, after=LEAST_AFTER)
        return markdown("{}. {} {}", clause, months, needed)
    if row["reason"] == "spread":
        return markdown("{} : {} {}", clause, _TEXTS["spread"], months)
    rows = frame[(frame["indicator"] == "action_effect") & (frame["group"] == row["group"])]
    found = {str(one["group_value"]): one for one in rows.to_dict("records")}
    alone = _value(found[BEFORE_AFTER])
    if row["reason"] == "controls":
        return markdown("{} : {} {}", clause, _TEXTS["no_controls"].format(effect=alone), months)
    decided = _value(found[row["group_value"]], row["verdict"])
    if row["group_value"] == BEFORE_AFTER:
        told = _TEXTS["before_after"].format(effect=decided)
    else:
        told = _TEXTS["controlled"].format(
            effect=decided,
            others=french.join(catalogue.label(product) for product in row["compared_with"]),
            own=_change(found[BEFORE_AFTER]),
            product=catalogue.label(row["product"]),
            their=_change(found[COMPARABLE]),
        )
    told_too = [months, _breaks(row), _placebos(row)]
    if row["reason"] == "precision":
        told_too.append(_TEXTS["unseen"].format(least=_least(row)))
    return markdown("{} : {} {}", clause, told, " ".join(filter(None, told_too)))


def _breaks(row: estimates.Row) -> str:
    """Which breaks that nobody explains were told apart."""
    when = french.join([french.when(month) for month in row["breaks"]])
    told = _TEXTS["break" if len(row["breaks"]) == 1 else "breaks"]
    return told.format(when=when) if when else ""


def _placebos(row: estimates.Row) -> str:
    """How often the same gave as much where nothing is known, of what would be a rise or a fall."""
    if row["verdict"] not in _WAY and row["reason"] not in ("placebos", "few"):
        return ""
    count, clear = int(row["placebos"]), int(row["as_clear"])
    kind = {0: "never", 1: "one"}.get(clear, "some")
    if row["reason"] == "few":
        kind = {0: "none", 1: "few_one"}.get(count, "few")
    return _TEXTS[f"placebos.{kind}"].format(
        count=french.spelled(count, "une"),
        clear=french.spelled(clear, "une"),
        least=french.spelled(LEAST_PLACEBOS, "une"),
    )
