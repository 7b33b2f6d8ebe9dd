"""Estimates in words: their value, their marks, and what their subject is called."""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError, bounded
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Indicator
from observlib.estimates import COMPARISON_COLUMNS, WITHHELD, base
from observlib.language import french, wording
from observlib.language.french import NBSP
from observlib.language.prose import one_line

_TEXTS = wording.load_texts(__file__)
# what is said of all figures of a demonstration
INVENTED = _TEXTS["invented"]
SEMICOLON = "\u202f; "
DURATIONS = ("s", "jours")
STATUS_WORDS = _TEXTS.group("status")
CELL_MARKS = {  # in the cell of a table
    "partial": f"{NBSP}(p)",
    "low_base": f"{NBSP}(f)",
    "suppressed": "s",
    "missing": "nd",
}
_OF_WORDS = ("poll_", "action_")  # how indicators begin whose groups are words
BETWEEN = " · "  # the two parts of a group that is one of two things, as of a day and an hour
_COLUMN_LABELS = _TEXTS.group("columns")
# Words of units that end in s and have no other singular.
_PLURAL = re.compile(r"\b(\w*)s\b")
_INVARIABLE = {"avis", "mois", "fois", "temps", "pays", "cas", "habitants"}


def column_label(frame: pd.DataFrame, column: str, catalogue: Catalogue) -> str:
    """What heads a column of labels: a frame of peers has organisations, not products."""
    if column == "product" and set(frame["product"]) - {""} <= set(catalogue.peers):
        return "Organisme"
    if column == "group_value" and set(frame["indicator"]) == {"poll_share"}:
        return "Option"
    if column == "group" and set(frame["indicator"]) == {"action_effect"}:
        return "Action"
    groups = set(frame["group"]) - {""}
    if column == "group_value" and len(groups) == 1:
        group = groups.pop()
        return _group_label(group, set(frame["indicator"]), catalogue) or _COLUMN_LABELS[column]
    return _COLUMN_LABELS[column]


def _group_label(group: str, indicators: Collection[str], catalogue: Catalogue) -> str:
    """What the catalogue calls a group; nothing where it is no name but words, as a question is."""
    if group in catalogue.groups:
        return catalogue.groups[group].label
    is_name = re.fullmatch(r"[a-z0-9_-]+", group) and group not in catalogue.indicators
    if is_name and not all(name.startswith(_OF_WORDS) for name in indicators):
        raise ObservError(
            f"group {group!r}: not in the catalogue; allowed: {bounded(catalogue.groups)}; "
            f"add it to groups.yml"
        )
    return ""


def indicator_of(name: str, catalogue: Catalogue) -> Indicator:
    """The indicator's entry in the catalogue, or an error that says it has none."""
    if name not in catalogue.indicators:
        raise ObservError(
            f"indicator {name!r}: not in the catalogue; "
            f"allowed: {bounded(catalogue.indicators)}; add it to indicators.yml"
        )
    return catalogue.indicators[name]


def is_count(unit: str) -> bool:
    """Whether a unit counts things (visits, calls), and so has a true zero and no maximum."""
    others = ("%", "note", "points", "rapport", *DURATIONS)
    return unit not in others and not unit.startswith("sur ")


def headed(indicator: Indicator, unit: str) -> str:
    """What heads values of an indicator that are written without their unit (see `with_unit`)."""
    return with_unit(indicator.label, unit)


def with_unit(label: str, unit: str) -> str:
    """A label that says the unit of what it heads; `%` and times are written with each value.

    >>> with_unit("Délai", "jours"), with_unit("Délai", "s"), with_unit("Note sur 10", "sur 10")
    ('Délai (jours)', 'Délai', 'Note sur 10')
    >>> with_unit("Recommandation (NPS)", "points")
    'Recommandation (NPS), points'
    """
    lowered = label.lower()
    if unit in ("%", "s", "note") or unit in lowered or (unit == "€" and "euros" in lowered):
        return label
    return f"{label}, {unit}" if label.endswith(")") else f"{label} ({unit})"


def is_change(indicator: str) -> bool:
    """Whether an indicator is a change, written with its sign: its id says so by its ending."""
    return indicator.endswith(
        ("_yoy", "_change", "driver_effect", "action_effect", "outlier", "pace")
    )


def label(row: Mapping[str, Any], column: str, catalogue: Catalogue) -> str:
    """What a row's product (else its group or device), channel, device, period, … is called."""
    return one_line(_label(row, column, catalogue))


def _label(row: Mapping[str, Any], column: str, catalogue: Catalogue) -> str:
    key: str = row[column]
    if column == "indicator":
        return indicator_of(key, catalogue).label
    if column == "period":
        return french.period_label(key)
    if column == "channel":
        return CHANNEL_LABELS.get(key, key) or "Tous canaux"
    if column == "device":
        return catalogue.devices[key].label if key in catalogue.devices else key or "Ensemble"
    if column == "product":
        if key:
            return catalogue.label(key)
        return row["group_value"] or _label(row, "device", catalogue)
    if column == "group":
        key = _group_label(key, [row["indicator"]], catalogue) or key
    return key or "Ensemble"


def figure(x: float, indicator: Indicator, unit: str | None = None) -> str:
    """Write a number as its indicator asks: decimals, sign of a change, `%` and no other unit.

    >>> yoy = Indicator(id="visits_yoy", label="É", unit="%", method="M", better="neither")
    >>> figure(8.2, yoy)
    '+8\\xa0%'
    """
    unit = unit or indicator.unit
    if unit == "s":
        return french.duration(x)
    balance = is_change(indicator.id) or unit == "points"  # either side of zero: sign told
    write = french.signed if balance else french.number
    text = write(x, decimals(indicator, unit))
    return f"{text}{NBSP}%" if unit == "%" else text


def decimals(indicator: Indicator, unit: str) -> int:
    """With how many decimals values of an indicator are written."""
    whole = is_count(unit) and not is_count(indicator.unit)  # where marks have decimals
    return 0 if whole else indicator.decimals


def value(estimate: float | Mapping[str, Any], indicator: Indicator) -> str:
    """Write a value with its unit; a withheld one in words.

    >>> visits = Indicator(id="visits", label="V", unit="visites", method="M", better="neither")
    >>> value(1, visits), value({"estimate": 5, "unit": "visites", "status": "partial"}, visits)
    ('1\\xa0visite', '5\\xa0visites')
    >>> units = {"€": 1234, "s": 185, "points": 31, "jours": 1}
    >>> texts = [value({"estimate": x, "unit": u, "status": ""}, visits) for u, x in units.items()]
    >>> [text.replace("\\xa0", " ").replace("\\u202f", " ") for text in texts]
    ['1 234 €', '3 min 05 s', '+31 points', '1 jour']
    """
    if isinstance(estimate, int | float):
        x, unit = float(estimate), indicator.unit
    elif estimate["status"] in WITHHELD:
        return STATUS_WORDS[estimate["status"]]
    else:
        x, unit = float(estimate["estimate"]), str(estimate["unit"])
    text = figure(x, indicator, unit)
    if unit.startswith("sur "):
        return f"{text}{NBSP}{unit.replace(' ', NBSP)}"
    if not is_count(unit) and unit not in ("points", "jours"):
        return text
    things, *per = re.split(r"\b(?=pour )", unit, maxsplit=1)  # "pour 1 000 visites" stays
    one = "".join([_singular(things), *per])
    return f"{text}{NBSP}{french.plural(round(x, indicator.decimals), one, unit)}"


def interval(row: Mapping[str, Any], indicator: Indicator) -> str:
    """Write the interval of a row, or nothing where it has none, as of marks that are all alike."""
    alike = indicator.comparison == "mean" and row["ci_low"] == row["ci_high"]
    if row["status"] in WITHHELD or math.isnan(row["ci_low"]) or alike:
        return ""
    places = decimals(indicator, row["unit"])
    return french.interval_ends(*rounded_interval(row, indicator), places, row["unit"])


def rounded_interval(row: Mapping[str, Any], indicator: Indicator) -> tuple[float, float]:
    """The ends of an interval as a page writes them, around the value as it writes it.

    Each distance from the value is rounded up: an end rounded by itself would tell more of the
    value than its own digits do.

    >>> mark = Indicator(
    ...     id="m", label="M", unit="sur 10", method="M", better="higher", decimals=1
    ... )
    >>> row = {"estimate": 6.43, "ci_low": 5.62, "ci_high": 7.24, "unit": "sur 10"}
    >>> rounded_interval(row, mark)
    (5.5, 7.3)
    """
    ends, places = (row["ci_low"], row["ci_high"]), decimals(indicator, row["unit"])
    if any(map(math.isnan, ends)) or is_change(row.get("indicator", indicator.id)):
        return rounded_keeping_signs(ends, places)
    middle, step = french.rounded(row["estimate"], places), 10.0**-places
    below, above = (step * math.ceil(round(abs(end - row["estimate"]) / step, 6)) for end in ends)
    low, high = french.rounded(middle - below, places), french.rounded(middle + above, places)
    if row["unit"] == "%":
        return max(low, min(0.0, ends[0])), min(high, max(100.0, ends[1]))
    if row["unit"].startswith("sur "):
        return max(low, min(0.0, ends[0])), min(high, estimates.best_end(row["unit"]))
    return low, high


def rounded_keeping_signs(ends: tuple[float, float], places: int) -> tuple[float, float]:
    """Both ends rounded; where zero is not between them, neither becomes zero.

    >>> rounded_keeping_signs((0.041, 1.02), 1), rounded_keeping_signs((-0.041, 1.02), 1)
    ((0.1, 1.0), (0.0, 1.0))
    """
    rounded = [french.rounded(end, places) for end in ends]
    if ends[0] * ends[1] > 0:
        least = 10.0**-places
        rounded = [
            math.copysign(max(abs(x), least), end) for x, end in zip(rounded, ends, strict=True)
        ]
    return rounded[0], rounded[1]


def base_of(row: Mapping[str, Any]) -> float | None:
    """The number of answers, calls… behind a row, or nothing where a count is its own base."""
    if row["status"] in WITHHELD or math.isnan(row["n"]) or is_count(row["unit"]):
        return None
    return float(row["n"])


def base_unit(indicator: Indicator) -> str:
    """What the base of an indicator's values counts, in the plural; a count is its own base."""
    return indicator.unit if is_count(indicator.unit) else indicator.base


def base_text(n: float, indicator: Indicator) -> str:
    """Write a base with what it counts, which the catalogue says.

    >>> wait = Indicator(
    ...     id="wait", label="W", unit="s", method="M", better="lower", base="appels abandonnés"
    ... )
    >>> base_text(1, wait), base_text(12, wait)
    ('1\\xa0appel abandonné', '12\\xa0appels abandonnés')
    """
    return french.count(n, _singular(indicator.base), indicator.base)


def n_equals(n: float) -> str:
    """Write a base."""
    return f"n{NBSP}={NBSP}{french.number(n)}"


def mark_notes(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """Explain the marks that the states of estimates have in a table, and no others."""
    found = set(frame["status"])
    notes = []
    if "low_base" in found:
        low = frame.loc[frame["status"] == "low_base", "indicator"].unique()
        things = {base_unit(indicator_of(name, catalogue)) for name in low}
        least = f"{estimates.LOW_BASE} {things.pop() if len(things) == 1 else ''}".strip()
        notes.append(_TEXTS["low_base"].format(least=least))
    marked = [status for status in ("partial", "suppressed", "missing") if status in found]
    return notes + [_TEXTS[f"marks.{status}"] for status in marked]


def _singular(things: str) -> str:
    """What one of some things is called.

    >>> _singular("appels abandonnés"), _singular("mois")
    ('appel abandonné', 'mois')
    """
    return _PLURAL.sub(lambda word: word[1] + ("s" if word[0] in _INVARIABLE else ""), things)


# --- What findings are made of: names that need no article, rounded counts, changes in words

_SUBJECT = ["product", "channel", "device", "group_value"]
PLACES = _TEXTS.group("places")
LINES = 5  # told one by one; of more, how many they are and their ends
_WORDS = 14  # of an enumeration in one sentence, which has 25
_WORD, _DIGITS = re.compile(r"\w[^\s]*"), re.compile(r"\d[\d\s]*(?:,\d+)?")
OFTEN = _TEXTS.group("often")


def place(channel: str) -> str:
    """Where what has a channel is, as a sentence says it; nothing where it has none."""
    return PLACES.get(channel, "")


def by_channel(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as records, the web first."""
    order = list(PLACES)
    places = rows["channel"].map(lambda key: order.index(key) if key in order else len(order))
    return estimates.records(rows.iloc[places.argsort(kind="stable")])


def named(rows: pd.DataFrame, catalogue: Catalogue, by: str) -> pd.DataFrame:
    """Rows with a `name`: where two subjects would share it, their channel or device is told."""
    subjects = rows[_SUBJECT].drop_duplicates()
    records = estimates.records(subjects)
    if by == "channel":
        names = [PLACES.get(row["channel"], _TEXTS["everywhere"]) for row in records]
    else:
        names = [label(row, by, catalogue) for row in records]
    places = [
        [f" {PLACES.get(row['channel'], '')}".rstrip() for row in records],
        [f", {label(row, 'device', catalogue)}" for row in records],
    ]
    for more in places:
        twice = {name for name in names if names.count(name) > 1}
        names = [
            name + extra if name in twice else name for name, extra in zip(names, more, strict=True)
        ]
    name_of = dict(zip(subjects.itertuples(index=False, name=None), names, strict=True))
    keys = rows[_SUBJECT].itertuples(index=False, name=None)
    return rows.reset_index(drop=True).assign(name=[name_of[key] for key in keys])


def name_in_brackets(row: Mapping[str, Any], rows: pd.DataFrame, by: str) -> str:
    """The name of a row of `named` in brackets; nothing on a product's page that has no other."""
    return "" if by == "channel" and len(rows) == 1 else f" ({row['name']})"


def join_few(names: Iterable[str]) -> str:
    """Enumerate up to three names, and count the others."""
    found = list(names)
    if len(found) > 4:
        found[3:] = [_TEXTS["others"].format(count=french.spelled(len(found) - 3))]
    return french.join(found)


def shared_out(parts: Iterable[str]) -> list[str]:
    """An enumeration by sentence: none has more words or numbers than are read at once.

    >>> shared_out(["65 à 74 ans", "75 ans et plus", "25 à 34 ans"])
    ['65 à 74 ans et 75 ans et plus', '25 à 34 ans']
    """
    groups: list[list[str]] = []
    for part in parts:
        held = " ".join([*groups[-1], part]) if groups else ""
        if groups and len(_WORD.findall(held)) <= _WORDS and len(_DIGITS.findall(held)) <= 3:
            groups[-1].append(part)
        else:
            groups.append([part])
    return [
        SEMICOLON.join(group) if ", " in "".join(group) else french.join(group) for group in groups
    ]


def also(groups: Iterable[str]) -> list[str]:
    """Sentences that go on an enumeration which `shared_out` found too long for one."""
    return [_TEXTS["also"].format(names=group) for group in groups]


def counted_by(indicator: Indicator, catalogue: Catalogue) -> tuple[str, float]:
    """The things whose change an indicator is ("visites"), and the change in % that matters."""
    of = catalogue.indicators.get(indicator.id.removesuffix("_yoy"), indicator)
    things = of.unit if is_count(of.unit) else _TEXTS["values"]
    return things, (of.matters or 0.0) * (of.comparison == "count")


def sign(x: float, indicator: Indicator, least: float = 0.0) -> int:
    """The sign of a change; one that rounds to zero, or is smaller than `least`, has none."""
    shown = figure(x, indicator)
    return 0 if abs(x) < least else (shown[0] == "+") - (shown[0] == french.MINUS)


def fine(one: float, other: float, indicator: Indicator) -> Indicator:
    """The indicator with one more decimal, where only that tells two of its values apart."""
    for decimals in (indicator.decimals, indicator.decimals + 1):
        finer = indicator.model_copy(update={"decimals": decimals})
        if figure(one, finer) != figure(other, finer):
            return finer
    return indicator


def from_to(then: Mapping[str, Any], now: Mapping[str, Any], indicator: Indicator) -> str:
    """From a mark to another, with as many decimals as tell them apart."""
    finer = fine(then["estimate"], now["estimate"], indicator)
    then_ = figure(then["estimate"], finer)
    return _TEXTS["from_to"].format(then=then_, now=value(now, finer))


def ends(rows: pd.DataFrame, indicator: Indicator) -> str:
    """The lowest and the highest of estimates, without names, or the one they all are.

    >>> share = Indicator(id="s", label="S", unit="%", method="M", better="higher")
    >>> rows = pd.DataFrame({"estimate": [80, 66], "unit": "%", "status": "published"})
    >>> ends(rows, share), ends(rows.head(1), share)
    ('66 à 80\\xa0%', '80\\xa0%')
    """
    ranked = estimates.records(rows.sort_values("estimate", kind="stable"))
    low, high = (value(row, indicator) for row in (ranked[0], ranked[-1]))
    if low == high:
        return high
    least = figure(ranked[0]["estimate"], indicator, ranked[0]["unit"])
    return _TEXTS["ends"].format(low=least.removesuffix(f"{french.NBSP}%"), high=high)


def at_ends(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows that tell the lowest and the highest estimate; all at once where they tell one.

    >>> rows = pd.DataFrame({"estimate": [86, 71.2, 90], "text": ["86 %", "71 %", "90 %"]})
    >>> [end["text"].tolist() for end in at_ends(rows)], len(at_ends(rows.head(1)))
    ([['71 %'], ['90 %']], 1)
    """
    told = rows.sort_values("estimate", kind="stable")["text"]
    return [rows[rows["text"] == text] for text in dict.fromkeys([*told.head(1), *told.tail(1)])]


def rounded_count(row: dict[str, Any], indicator: Indicator) -> str:
    """A count in words a reader keeps (`86,7 millions de visites`), anything else as it is."""
    if not is_count(row["unit"]) or row["estimate"] < 1e6:
        return value(row, indicator)
    millions = round(row["estimate"] / 1e6, 1)
    things = "euros" if row["unit"] == "€" else row["unit"]
    plural = french.plural(millions, "million", "millions")
    return f"{french.number(millions, 1)}{french.NBSP}{plural} {french.of(things)}"


def in_quotes(name: str) -> str:
    """A name as a sentence quotes it."""
    return f"« {french.inner_quotes(name)} »"


def small(label: str) -> str:
    """A label as it stands within a sentence: its acronyms keep their capitals.

    >>> small("Recommandation (NPS)")
    'recommandation (NPS)'
    """
    return label[:1].lower() + label[1:]


def capital(phrase: str) -> str:
    """The phrase as the start of a sentence."""
    return phrase[:1].upper() + phrase[1:]


# --- Estimates with no more digits than a page tells of them
#
# Whoever has the tenth digit of a mean and its interval can compute how many people gave each mark.
# So data files, notebooks and the coordinates of drawings hold what stands in words beside them:
# charts draw rounded estimates, and every output carries its numbers as `carried` writes them.

_PUBLISHED = 2  # decimals that are kept of what others publish


def rounded_estimates(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Round estimates as their indicators are written, and effective bases as bases are."""
    return estimates.check(_rounded(frame, catalogue)) if len(frame) else frame


def _rounded(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    numbers = [_numbers(row, catalogue) for row in estimates.records(frame)]
    return frame.assign(**dict(zip(estimates.NUMBERS, np.transpose(numbers), strict=True)))


def carried(
    frames: Iterable[pd.DataFrame], catalogue: Catalogue, before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What an output carries of estimates and comparisons: rounded, and each row once."""
    there = before or {}
    rows = dict.fromkeys(there.get("rows", []))
    pairs = dict.fromkeys(there.get("comparisons", {}).get("rows", []))
    for frame in frames:
        if list(frame.columns) == COMPARISON_COLUMNS:
            pairs |= dict.fromkeys(estimates.csv_lines(rounded_pairs(frame, catalogue)))
        elif list(frame.columns) == estimates.COLUMNS:
            rows |= dict.fromkeys(estimates.csv_lines(rounded_estimates(frame, catalogue)))
    beside = {"comparisons": {"columns": COMPARISON_COLUMNS, "rows": [*pairs]}} if pairs else {}
    return {"columns": estimates.COLUMNS, "rows": [*rows], **beside}


def _numbers(row: Mapping[str, Any], catalogue: Catalogue) -> tuple[float, ...]:
    """The numbers of an estimate, rounded."""
    value, low, high, n, n_eff = (row[name] for name in estimates.NUMBERS)
    if not math.isnan(value):
        indicator = _indicator(row, catalogue)
        ends = rounded_interval(row, indicator)
        value = french.rounded(value, decimals(indicator, row["unit"]))
        low, high = _around(value, ends)
    if n_eff <= n:
        n_eff = min(base(n_eff), n)
    elif math.isfinite(n_eff):
        n_eff = base(n_eff)
    return value, low, high, n, n_eff


def places(row: Mapping[str, Any], catalogue: Catalogue) -> int:
    """With how many decimals an estimate's value is published."""
    return decimals(_indicator(row, catalogue), row["unit"])


def _indicator(row: Mapping[str, Any], catalogue: Catalogue) -> Indicator:
    """An estimate's indicator, with the decimals that it is published with."""
    indicator = indicator_of(row["indicator"], catalogue)
    if row["product"] not in catalogue.peers:
        return indicator
    more = {"decimals": max(indicator.decimals, _PUBLISHED)}  # a peer has published more
    return indicator.model_copy(update=more)


def rounded_pairs(pairs: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Round comparisons: both sides as estimates are, differences as their tables write them."""
    if pairs.empty:
        return pairs
    found = pairs.copy()
    for side in ("", estimates.REFERENCE):
        rows = _rounded(estimates.side_of(pairs, side), catalogue)
        for name in estimates.NUMBERS:
            found[side + name] = rows[name].to_numpy()
    results = [_results(row, catalogue) for row in estimates.records(pairs)]
    found[estimates.COMPARISON_NUMBERS] = results
    return estimates.check_comparisons(found)


def _results(row: Mapping[str, Any], catalogue: Catalogue) -> list[float]:
    """The numbers of a comparison, rounded."""
    difference, low, high, level, detectable = (row[name] for name in estimates.COMPARISON_NUMBERS)
    places = decimals(indicator_of(row["indicator"], catalogue), row["unit"])
    difference, detectable = (french.rounded(x, places) for x in (difference, detectable))
    if math.isfinite(low):
        low, high = _around(difference, rounded_keeping_signs((low, high), places))
    return [difference, low, high, round(level, 4), detectable]


def _around(value: float, ends: tuple[float, float]) -> tuple[float, float]:
    """Ends that hold a value, which rounding may have moved out of them."""
    return min(ends[0], value), max(ends[1], value)
