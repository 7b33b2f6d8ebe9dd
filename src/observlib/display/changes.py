"""Tables of comparisons: two values, their difference with its interval, the verdict in words."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Indicator
from observlib.display import select
from observlib.display.output import Output, caption_of, captioned, pipe_table
from observlib.estimates import EVOLVED, IN_TIME, REFERENCE, UNKNOWN, tipping_point
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, markdown

_TEXTS = wording.load_texts(__file__)
PLACED = {"rise": "au-dessus", "fall": "en dessous", "stable": "équivalent", "unknown": UNKNOWN}
RAW, WEIGHTED = "Sans redressement", "Avec redressement"  # marks of a survey
REASON_WORDS = _TEXTS.group("reasons")
# By what a pair is against: the column that names its two sides, how it is headed, and the values.
_PLACES: dict[str, tuple[str, tuple[str, ...], list[str]]] = {
    "peer": ("group_value", ("Chez nous", "Comparé à"), ["Leur valeur", "La nôtre"]),
    "product": ("product", ("Produit", "Comparé à"), ["Valeur de l'autre", "La sienne"]),
    "others": ("group_value", ("Catégorie",), ["Chez les autres", "Dans la catégorie"]),
    "raw": ("group_value", (), [RAW, WEIGHTED]),
}
# Pairs of the answers of some with those of others, of whom few of all answered.
_ANSWERS = Indicator.model_fields["base"].default
_OF_ANSWERS = (*IN_TIME, "product", "peer", "others")
_NONE = "–"


def change_table(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str, label: str) -> Output:
    """Make the table of what changed between two periods: a row for each subject and indicator."""
    periods = frame[[REFERENCE + "period", "period"]].drop_duplicates()
    if len(periods) != 1:
        raise ObservError(
            f"change_table: {len(periods)} pairs of periods; one is allowed; keep one with "
            "study.select(…), and name it with `absent` where there is none"
        )
    of_product = (frame["product"] != "") & frame["group"].isin(list(catalogue.groups))
    part = frame["group_value"].where(of_product, "")
    whole = frame.assign(group_value=frame["group_value"].mask(part != "", ""))
    named = words.named(whole, catalogue, "product")
    first = {"Produit": list(named["name"])} if named["name"].nunique() > 1 else {}
    if part.nunique() > 1:
        first[words.column_label(frame, "group_value", catalogue)] = list(part)
    heads = [words.capital(french.period_head(period)) for period in periods.iloc[0]]
    care = select.pair_note(frame, catalogue, "change_table", ("period",))
    caption = caption_of(caption, label)
    return _table(frame, catalogue, first, heads, EVOLVED, caption, label, care)


def place_table(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str, label: str) -> Output:
    """Make the table of values beside others of the same moment: a row for each pair."""
    kinds = frame["against"].unique() if len(frame) else []
    if len(kinds) != 1:
        raise ObservError(
            f"place_table: {len(kinds)} kinds of pairs; one is allowed; keep one with "
            'study.select(…, against="…"), and name it with `absent` where there is none'
        )
    by, names, heads = _PLACES[kinds[0]]
    first = {
        name: [catalogue.label(x) if by == "product" else x for x in frame[side + by]]
        for name, side in zip(names, ("", REFERENCE), strict=False)
    }
    apart = kinds[0] in ("product", "peer")  # other pairs are of one device
    care = select.pair_note(frame, catalogue, "place_table") if apart else ""
    caption = caption_of(caption, label)
    return _table(frame, catalogue, first, heads, PLACED, caption, label, care)


def gap(row: estimates.Row, indicator: Indicator) -> str:
    """Write a difference with its interval, whose ends stay on their side of zero."""
    if math.isnan(row["difference"]):
        return _NONE
    low, high = row["difference_low"], row["difference_high"]
    text = french.signed(row["difference"], indicator.decimals)
    if math.isnan(low):
        return text
    ends = words.rounded_keeping_signs((low, high), indicator.decimals)
    return f"{text} ({' à '.join(french.signed(x, indicator.decimals) for x in ends)})"


def level(levels: pd.Series) -> str:
    """Write the level of the intervals of a table, or both; nothing where none was tested."""
    shares = sorted({round(100 * share, 2) for share in levels.dropna()})
    if not shares:
        return ""
    written = [french.number(x, next(d for d in (0, 1, 2) if round(x, d) == x)) for x in shares]
    return f"{french.join(written, 'or')}{french.NBSP}%"


def verdict_words(row: estimates.Row, heads: Mapping[str, str] = EVOLVED) -> str:
    """Write a verdict, or why there is none where a value or a test is wanting."""
    if row["reason"] == "usual":
        return _TEXTS["more" if row["difference"] > 0 else "fewer"]
    why = REASON_WORDS.get(row["reason"], "")
    return _TEXTS["untested"].format(why=why) if why else heads[row["verdict"]]


def tips(row: estimates.Row, indicator: Indicator) -> float:
    """How much those who did not answer would have to differ for a verdict to fall, in points,
    rounded down; NaN where there is none, or nobody chose to answer (see
    `estimates.tipping_point`)."""
    opinion = indicator.comparison in ("mean", "share") and indicator.base == _ANSWERS
    if not opinion or row.get("against") not in _OF_ANSWERS or row["verdict"] == "unknown":
        return math.nan
    margin = (indicator.matters or 0.0) if row["verdict"] == "stable" else 0.0
    least = tipping_point(row["difference_low"], row["difference_high"], margin)
    if math.isnan(least):
        return least
    unit = 10.0 ** french.decimals_of(least, indicator.decimals)
    return math.floor(least * unit + 1e-9) / unit or least


def rule(heads: Mapping[str, str]) -> str:
    """What the verdicts of a table mean."""
    rise, stable, unknown = (words.capital(heads[x]) for x in ("rise", "stable", "unknown"))
    return _TEXTS["rule"].format(rise=rise, fall=heads["fall"], stable=stable, unknown=unknown)


def outcomes(verdicts: Iterable[str], heads: Mapping[str, str], feminine: str = "") -> str:
    """How many of each verdict, as `heads` says them: adjectives agree with what is counted.

    >>> outcomes(["indéterminé", "en hausse", "indéterminé"], EVOLVED, "e").replace("\\xa0", " ")
    'une en hausse et deux indéterminées'
    """
    counts = Counter(verdicts)
    parts = []
    for verdict, word in heads.items():
        if not (n := counts[word]):
            continue
        if verdict not in ("rise", "fall"):  # which are adverbs
            word += feminine * (not word.endswith("e"))
            word = french.plural(n, word, f"{word}s")
        parts.append(f"{french.spelled(n, f'un{feminine}')}{french.NBSP}{word}")
    return french.join(parts)


def _table(
    compared: pd.DataFrame,
    catalogue: Catalogue,
    first: dict[str, list[str]],
    values: list[str],
    heads: Mapping[str, str],
    caption: Markdown,
    label: str,
    care: str,
) -> Output:
    """The first columns, both values, difference, verdict; under it, who has nothing to show."""
    # a count has no interval
    at = level(compared["level"].where(compared["difference_low"].notna()))
    difference = _TEXTS["difference_at"].format(level=at) if at else _TEXTS["difference"]
    seen = _TEXTS["smallest"]
    several = not first or compared["indicator"].nunique() > 1
    if not several:  # the caption names it, once
        one = words.indicator_of(compared["indicator"].iat[0], catalogue)
        head = words.headed(one, compared["unit"].iat[0])
        caption = markdown("{}. {}", head, caption)
    empty = compared["difference"].isna()
    hidden = empty & (not empty.all())
    rows: list[dict[str, str]] = []
    told: list[str] = []
    named = [dict(zip(first, cells, strict=True)) for cells in zip(*first.values(), strict=True)]
    for row, names in zip(estimates.records(compared), named or [{}] * len(compared), strict=True):
        indicator = words.indicator_of(row["indicator"], catalogue)
        cells = {**names}
        if several:
            cells["Indicateur"] = words.headed(indicator, row["unit"])
        for head, side in zip(values, (REFERENCE, ""), strict=True):
            known = row[side + "status"] not in words.WITHHELD
            x = row[side + "estimate"]
            cells[head] = words.figure(x, indicator, row["unit"]) if known else _NONE
        cells |= {difference: gap(row, indicator), "Verdict": verdict_words(row, heads)}
        if not math.isnan(tip := tips(row, indicator)):
            size = french.number(tip, french.decimals_of(tip, indicator.decimals))
            cells["Verdict"] = _TEXTS["tips"].format(verdict=cells["Verdict"], size=size)
            told.append(_TEXTS["tipping"])
        least = row["detectable"]
        cells[seen] = _NONE if math.isnan(least) else french.number(least, indicator.decimals)
        rows.append(cells)
    shown = [cells for cells, is_hidden in zip(rows, hidden, strict=True) if not is_hidden]
    columns = {head: [cells[head] for cells in shown] for head in shown[0]}
    pipe = pipe_table(columns, right=(*values, difference, seen), even=True)
    note = [rule(heads), _TEXTS["seen"], *told[:1], *filter(None, [care])]
    note += [_TEXTS["usual"]] * bool((compared["reason"] == "usual").any())
    note += [_TEXTS["rounded"]] * _apart(compared, catalogue)
    left_out = _left_out(rows, compared, hidden, next(iter(first), "Indicateur"))
    made = captioned(pipe, caption, label, " ".join(note), *left_out)
    return made.carrying([compared], catalogue)


def _apart(compared: pd.DataFrame, catalogue: Catalogue) -> bool:
    """Whether a difference is not that of the values as they are written."""
    for row in estimates.records(compared):
        digits = words.indicator_of(row["indicator"], catalogue).decimals
        told = round(row["estimate"], digits) - round(row[REFERENCE + "estimate"], digits)
        if abs(told - round(row["difference"], digits)) > 10**-digits / 2:
            return True
    return False


def _left_out(
    rows: list[dict[str, str]], compared: pd.DataFrame, hidden: pd.Series, head: str
) -> list[str]:
    """A paragraph on what is not in the table, by its reason; none where nothing is left out."""
    found: dict[str, Counter[str]] = {}
    there = {cells[head] for cells, is_hidden in zip(rows, hidden, strict=True) if not is_hidden}
    for cells, reason, is_hidden in zip(rows, compared["reason"], hidden, strict=True):
        if is_hidden:
            name = cells[head]
            measure = cells.get("Indicateur", name)
            if name in there and measure != name:  # another measure of it is in the table
                name = f"{name}, {words.small(measure)}"
            found.setdefault(REASON_WORDS[reason], Counter())[name] += 1
    told = []
    for reason, names in found.items():
        counted = (
            name if n == 1 else _TEXTS["measures"].format(name=name, count=french.spelled(n))
            for name, n in names.items()
        )
        first, *more = words.shared_out(counted)
        told += [_TEXTS["left_out"].format(reason=reason, names=first), *words.also(more)]
    return [" ".join(told)] if told else []
