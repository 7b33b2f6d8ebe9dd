"""What the page in easy French says: a line an idea, at most 15 words, one number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators import specifications
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown, plain
from observlib.records.sheets import Action
from observlib.themes import easy, main_points
from observlib.themes.sentences import published

_TEXTS = wording.load_texts(__file__)
_PLACE = [*specifications.SUBJECT_OF_PAIRS, "period"]
_MILLIONS = 1_500_000  # from where a count is told in millions


def headline(points: pd.DataFrame, sure: pd.DataFrame, catalogue: Catalogue) -> str:
    """The first of what changed most on a year, in a line, and whether it is fragile.

    `points` are `Study.main_points`, `sure` is `Study.calculations`.
    """
    for point in estimates.records(points):
        first, *more = _point(point, _fragile(sure))
        return " ".join([f"{catalogue.label(point['product'])} : {words.small(first)}", *more])
    return _TEXTS["nothing"]


def changes(points: pd.DataFrame, sure: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """What changed most on a year: the main points of the front page, in their order.

    Of another thing than a mark or a count of people, it is told only that it changed.
    """
    lines: dict[str, list[str]] = {}
    fragile = _fragile(sure)
    for point in estimates.records(points):
        lines.setdefault(point["product"], []).extend(_point(point, fragile))
    blocks = [_block({"product": product}, own, catalogue) for product, own in lines.items()]
    return joined(blocks, "\n\n") if blocks else plain(_TEXTS["nothing"])


def _point(point: estimates.Row, fragile: Collection[tuple[str, ...]]) -> list[str]:
    if point["indicator"] == "satisfaction_10":
        return _verdict(point, point["verdict"], fragile)
    if f"things.{point['indicator']}" not in _TEXTS:
        return [_TEXTS["other"]]
    things = _TEXTS[f"things.{point['indicator']}"]
    return [_TEXTS[f"more.{point['verdict']}"].format(things=things)]


def _verdict(
    row: estimates.Row, verdict: str | None, fragile: Collection[tuple[str, ...]]
) -> list[str]:
    """What a mark did, if anything is known of it, and whether that is fragile."""
    if verdict is None:
        return []
    is_fragile = verdict != "unknown" and tuple(row[name] for name in _PLACE) in fragile
    return [_TEXTS[f"mark.{verdict}"], *([_TEXTS["fragile"]] if is_fragile else [])]


def _fragile(sure: pd.DataFrame) -> set[tuple[str, ...]]:
    """Of which marks what they did is fragile."""
    found = specifications.calculation_counts(sure)
    return set(found.loc[found["fragile"], _PLACE].itertuples(index=False, name=None))


def period(quarter: str) -> str:
    """Which months the page tells of.

    Examples
    --------
    >>> period("2026-T3")
    'Cette page parle de juillet, août et septembre 2026.'
    """
    months = [french.month_label(month) for month in Quarter(quarter).months]
    *others, last = months
    told = french.join([*(name.split(" ")[0] for name in others), last])
    return _TEXTS["period"].format(months=told)


def warning(kind: str) -> str:
    """That figures are invented, where they are."""
    if kind != "demonstration":
        return ""
    return "\n\n".join((_TEXTS["invented"], _TEXTS["example"]))


def visits(
    counts: pd.DataFrame, pairs: pd.DataFrame, catalogue: Catalogue, quarter: str
) -> Markdown:
    """How many visits the most visited sites had, and whether that is more than a year before.

    `counts` are estimates of `visits`; of their comparisons only what is established is told.
    """
    moved = _moved(pairs, quarter)
    rows = published(counts, "visits", quarter)
    rows = rows[rows["channel"] == "web"].sort_values("estimate", ascending=False, kind="stable")
    blocks = [
        _block(
            row,
            [
                _TEXTS["visits"].format(visits=_about(row["estimate"], "visites")),
                _TEXTS[f"count.{moved[_key(row)]}"] if _key(row) in moved else "",
            ],
            catalogue,
        )
        for row in estimates.records(rows.head(words.LINES))
    ]
    return joined(blocks, "\n\n")


def marks(
    given: pd.DataFrame,
    pairs: pd.DataFrame,
    sure: pd.DataFrame,
    catalogue: Catalogue,
    quarter: str,
) -> Markdown:
    """The mark that users give to each product, whether it moved, and whether that is fragile.

    Of `satisfaction_10`, its comparisons with a year before, and `Study.calculations`. Of several
    marks of a product the first is told; of many products, the ends, and how many moved.
    """
    moved, fragile = _moved(pairs, quarter), _fragile(sure)
    rows = published(given, "satisfaction_10", quarter).drop_duplicates("product")
    each = [(row, _verdict(row, moved.get(_key(row)), fragile)) for row in estimates.records(rows)]
    if len(each) <= words.LINES:
        return joined((_block(row, [_mark(row), *told], catalogue) for row, told in each), "\n\n")
    blocks = [_ends(rows, _mark, catalogue)]
    of: dict[str, list[str]] = {_TEXTS[f"mark.{x}"]: [] for x in ("rise", "fall", "stable")}
    for row, told in each:
        if told:
            of.setdefault(" ".join(told), []).append(row["product"])
    blocks += [_of_products(own, line, catalogue) for line, own in of.items() if own]
    return joined(blocks, "\n\n")


def success(asked: pd.DataFrame, catalogue: Catalogue, quarter: str) -> Markdown:
    """How many people, of 10, did what they came for (`task_success_share`)."""
    return _of_ten(published(asked, "task_success_share", quarter), "success", catalogue)


def answers(contacts: pd.DataFrame, catalogue: Catalogue, quarter: str) -> Markdown:
    """How many calls came and were answered; how many messages were, in time; of many, the ends."""
    calls = published(contacts, "calls_offered", quarter)
    answered = published(contacts, "answer_rate", quarter)
    messages = _of_ten(published(contacts, "answered_in_promise", quarter), "in_time", catalogue)
    if len(calls) > words.LINES:
        told = _of_ten(answered, "answered", catalogue)
        return joined([part for part in (told, messages) if part], "\n\n")
    blocks = []
    for row in estimates.records(calls):
        own = estimates.records(answered[answered["product"] == row["product"]])
        lines = [
            _TEXTS["calls"].format(calls=_about(row["estimate"], "appels")),
            *(_some(x, "answered") for x in own),
        ]
        blocks.append(_block(row, lines, catalogue))
    return joined([*blocks, *([messages] if messages else [])], "\n\n")


def difficulties(heard: pd.DataFrame, catalogue: Catalogue, quarter: str) -> Markdown:
    """Why most people call or write, and the problem that most met in tests, product by product."""
    lines: dict[str, list[str]] = {}
    known = easy.names_of(catalogue)
    for name in ("call_theme_share", "ticket_theme_share"):
        for row in _firsts(published(heard, name, quarter)):
            told = _TEXTS[f"topic.{name}"].format(topic=_small(row))
            lines.setdefault(row["product"], []).append(told)
    problems = published(heard, "problem_share")
    for row in _firsts(problems[~problems["period"].str.contains("-T")]):
        told = _TEXTS["problem"].format(problem=_small(row))
        lines.setdefault(row["product"], []).append(told)
    plain_of = {
        product: found
        for product, own in lines.items()
        if (found := [line for line in own if easy.is_easy(line, known)])
    }
    if len(plain_of) <= words.LINES:
        blocks = [_block({"product": product}, own, catalogue) for product, own in plain_of.items()]
    else:
        most = Counter(line for own in plain_of.values() for line in own).most_common(words.LINES)
        blocks = [
            _of_products(
                [product for product, own in plain_of.items() if line in own], line, catalogue
            )
            for line, _ in most
        ]
    return joined(blocks, "\n\n")


def done(
    verdicts: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue, quarter: str
) -> Markdown:
    """What changed in services within the year, and whether that helped (words `verdicts`)."""
    first = (Quarter(quarter) - 3).start
    known = easy.names_of(catalogue)
    blocks = []
    for action in actions:
        if action.date < first:
            continue
        title = f"{action.title}."
        own = verdicts.loc[verdicts["action"] == action.id]
        lines = [_TEXTS["changed"].format(month=french.month_label(f"{action.date:%Y-%m}"))]
        lines += [title] if easy.is_easy(title, known) else []
        lines += [_helped(row) for row in own.head(1).to_dict("records")]
        blocks.append(_block({"product": action.product}, lines, catalogue))
    return joined(blocks, "\n\n")


def all_figures(page: Callable[[str], str]) -> Markdown:
    """Where the page is that tells all the figures."""
    where = markdown(f"[{{}}]({page('panorama')}.ipynb)", _TEXTS["all_figures.page"])
    return markdown("{} {}.", _TEXTS["all_figures.ask"], where)


def following() -> str:
    """How often a page comes."""
    return _TEXTS["next"]


def _moved(pairs: pd.DataFrame, quarter: str) -> dict[tuple[str, ...], str]:
    """Verdicts on a year, by subject."""
    found = main_points.on_a_year(pairs, Quarter(quarter))
    return {_key(row): row["verdict"] for row in estimates.records(found)}


def _key(row: estimates.Row) -> tuple[str, ...]:
    return row["indicator"], row["product"], row["channel"], row["device"]


def _firsts(rows: pd.DataFrame) -> list[estimates.Row]:
    """The highest of each product."""
    ordered = rows.sort_values("estimate", ascending=False, kind="stable")
    return estimates.records(ordered.drop_duplicates("product"))


def _helped(row: estimates.Row) -> str:
    way = {"rise": "up", "fall": "down", "stable": ""}.get(row["verdict"])
    if way is None:
        return _TEXTS["after.unknown"]
    return _TEXTS["after.as_wanted" if way == row["direction"] else "after.otherwise"]


def _block(row: estimates.Row, lines: Iterable[str], catalogue: Catalogue) -> Markdown:
    """What is told of a product: its name, and a line an idea."""
    return _headed(catalogue.label(row["product"]), lines)


def _headed(name: str, lines: Iterable[str]) -> Markdown:
    told = [Markdown(f"**{plain(name)}**"), *(plain(line) for line in lines if line)]
    return joined(told, "\\\n")


def _of_products(products: Iterable[str], line: str, catalogue: Catalogue) -> Markdown:
    """A line that is told of products: under the name of the only one, or under how many."""
    first, *others = dict.fromkeys(products)
    if not others:
        return _block({"product": first}, [line], catalogue)
    return _headed(_TEXTS["services"].format(count=french.number(1 + len(others))), [line])


def _ends(
    rows: pd.DataFrame, line: Callable[[estimates.Row], str], catalogue: Catalogue
) -> Markdown:
    """What is told at the lowest and at the highest of many rows; that of all where it is one."""
    ends = words.at_ends(rows.assign(text=[line(row) for row in estimates.records(rows)]))
    blocks = [_of_products(end["product"], end["text"].iat[0], catalogue) for end in ends]
    if len(ends) > 1:
        blocks.insert(0, _of_products(rows["product"], _TEXTS["ends"], catalogue))
    return joined(blocks, "\n\n")


def _of_ten(rows: pd.DataFrame, what: str, catalogue: Catalogue) -> Markdown:
    if len(rows) > words.LINES:
        return _ends(rows, lambda row: _some(row, what), catalogue)
    blocks = [_block(row, [_some(row, what)], catalogue) for row in estimates.records(rows)]
    return joined(blocks, "\n\n")


def _mark(row: estimates.Row) -> str:
    return _TEXTS["given"].format(mark=_half(row["estimate"]))


def _some(row: estimates.Row, what: str) -> str:
    """A share as so many of 10: hardly any, some, almost all."""
    number = round(row["estimate"] / 10)
    if number < 2:
        return _TEXTS[f"none.{what}"]
    if number == 10:
        return _TEXTS[f"all.{what}"]
    return _TEXTS[f"some.{what}"].format(number=french.number(number))


def _about(x: float, things: str) -> str:
    """A count that is easy to read, with two digits that count at most.

    Examples
    --------
    >>> [_about(x, "appels").replace("\\xa0", " ") for x in (86_712_620, 7)]
    ["87 millions d'appels", '7 appels']
    """
    if x >= _MILLIONS:
        millions = french.number(round(x / 1e6))
        return _TEXTS["millions"].format(number=millions, of_things=french.of(things))
    digits = max(len(str(round(x))) - 2, 0)
    return f"{french.number(round(x, -digits))}{french.NBSP}{things}"


def _half(x: float) -> str:
    """A mark to the nearest half.

    Examples
    --------
    >>> _half(7.9), _half(7.4)
    ('8', '7 et demi')
    """
    halves = round(2 * x)
    whole = french.number(halves // 2)
    return _TEXTS["half"].format(number=whole) if halves % 2 else whole


def _small(row: estimates.Row) -> str:
    """The words of a group as they stand within a sentence, without what is in brackets."""
    return words.small(str(row["group_value"]).partition(" (")[0])
