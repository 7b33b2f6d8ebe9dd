"""What findings are made of: names that need no article, rounded counts, changes in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue, Indicator
from observlib.language import french, wording, words

TEXTS = wording.beside(__file__)
SUBJECT = ["product", "channel", "device", "group_value"]
PLACES = {
    "web": "sur le web",
    "open_data": "sur les pages de données",
    "phone": "par téléphone",
    "mail": "par courrier ou courriel",
    "print": "sur papier",
    "social": "sur les réseaux sociaux",
    "in_person": "en personne",
}
LINES = 5  # told one by one; of more, how many they are and their ends
_WORDS = 14  # of an enumeration in one sentence, which has 25
_WORD, _DIGITS = re.compile(r"\w[^\s]*"), re.compile(r"\d[\d\s]*(?:,\d+)?")
OFTEN = {
    "continuous": "en continu",
    "daily": "chaque jour",
    "weekly": "chaque semaine",
    "monthly": "chaque mois",
    "quarterly": "chaque trimestre",
    "yearly": "chaque année",
    "occasional": "à l'occasion",
}


def by_channel(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as records, the web first."""
    order = list(PLACES)
    places = rows["channel"].map(lambda key: order.index(key) if key in order else len(order))
    return estimates.records(rows.iloc[places.argsort(kind="stable")])


def named(rows: pd.DataFrame, catalogue: Catalogue, by: str) -> pd.DataFrame:
    """Rows with a `name`: where two subjects would share it, their channel or device is told."""
    subjects = rows[SUBJECT].drop_duplicates()
    records = estimates.records(subjects)
    if by == "channel":
        names = [PLACES.get(row["channel"], TEXTS["everywhere"]) for row in records]
    else:
        names = [words.label(row, by, catalogue) for row in records]
    places = [
        [f" {PLACES.get(row['channel'], '')}".rstrip() for row in records],
        [f", {words.label(row, 'device', catalogue)}" for row in records],
    ]
    for more in places:
        twice = {name for name in names if names.count(name) > 1}
        names = [
            name + extra if name in twice else name for name, extra in zip(names, more, strict=True)
        ]
    name_of = dict(zip(subjects.itertuples(index=False, name=None), names, strict=True))
    keys = rows[SUBJECT].itertuples(index=False, name=None)
    return rows.reset_index(drop=True).assign(name=[name_of[key] for key in keys])


def name_in_brackets(row: Mapping[str, Any], rows: pd.DataFrame, by: str) -> str:
    """The name of a row of `named` in brackets; nothing on a product's page that has no other."""
    return "" if by == "channel" and len(rows) == 1 else f" ({row['name']})"


def join_few(names: Iterable[str]) -> str:
    """Enumerate up to three names, and count the others."""
    found = list(names)
    if len(found) > 4:
        found[3:] = [TEXTS["others"].format(count=french.spelled(len(found) - 3))]
    return french.join(found)


def shared_out(parts: Iterable[str]) -> list[str]:
    """An enumeration by sentence: none has more words or numbers than are read at once.

    Examples
    --------
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
        words.SEMICOLON.join(group) if ", " in "".join(group) else french.join(group)
        for group in groups
    ]


def also(groups: Iterable[str]) -> list[str]:
    """Sentences that go on an enumeration which `shared_out` found too long for one."""
    return [TEXTS["also"].format(names=group) for group in groups]


def counted_by(indicator: Indicator, catalogue: Catalogue) -> tuple[str, float]:
    """The things whose change an indicator is ("visites"), and the change in % that matters."""
    of = catalogue.indicators.get(indicator.id.removesuffix("_yoy"), indicator)
    things = of.unit if words.is_count(of.unit) else TEXTS["values"]
    return things, (of.matters or 0.0) * (of.comparison == "count")


def sign(x: float, indicator: Indicator, least: float = 0.0) -> int:
    """The sign of a change; one that rounds to zero, or is smaller than `least`, has none."""
    shown = words.figure(x, indicator)
    return 0 if abs(x) < least else (shown[0] == "+") - (shown[0] == french.MINUS)


def fine(one: float, other: float, indicator: Indicator) -> Indicator:
    """The indicator with one more decimal, where only that tells two of its values apart.

    More would tell what those who answered said (see `rounding`).
    """
    for decimals in (indicator.decimals, indicator.decimals + 1):
        finer = indicator.model_copy(update={"decimals": decimals})
        if words.figure(one, finer) != words.figure(other, finer):
            return finer
    return indicator


def from_to(then: Mapping[str, Any], now: Mapping[str, Any], indicator: Indicator) -> str:
    """From a mark to another, with as many decimals as tell them apart."""
    finer = fine(then["estimate"], now["estimate"], indicator)
    then_ = words.figure(then["estimate"], finer)
    return TEXTS["from_to"].format(then=then_, now=words.value(now, finer))


def ends(rows: pd.DataFrame, indicator: Indicator) -> str:
    """The lowest and the highest of estimates, or the one they all are.

    Their names are not told: what has an interval is above another only where a test says so.

    Examples
    --------
    >>> share = Indicator(id="s", label="S", unit="%", method="M", better="higher")
    >>> rows = pd.DataFrame({"estimate": [80, 66], "unit": "%", "status": "published"})
    >>> ends(rows, share), ends(rows.head(1), share)
    ('66 à 80\\xa0%', '80\\xa0%')
    """
    ranked = estimates.records(rows.sort_values("estimate", kind="stable"))
    low, high = (words.value(row, indicator) for row in (ranked[0], ranked[-1]))
    if low == high:
        return high
    least = words.figure(ranked[0]["estimate"], indicator, ranked[0]["unit"])
    return TEXTS["ends"].format(low=least.removesuffix(f"{french.NBSP}%"), high=high)


def at_ends(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows that tell the lowest and the highest estimate; all at once where they tell one.

    Examples
    --------
    >>> rows = pd.DataFrame({"estimate": [86, 71.2, 90], "text": ["86 %", "71 %", "90 %"]})
    >>> [end["text"].tolist() for end in at_ends(rows)], len(at_ends(rows.head(1)))
    ([['71 %'], ['90 %']], 1)
    """
    told = rows.sort_values("estimate", kind="stable")["text"]
    return [rows[rows["text"] == text] for text in dict.fromkeys([*told.head(1), *told.tail(1)])]


def precision(rows: pd.DataFrame, indicator: Indicator, about: str = "") -> str:
    """The intervals and bases of estimates in brackets, from the least to the most.

    What they are about stands before them.

    Examples
    --------
    >>> share = Indicator(id="s", label="S", unit="%", method="M", better="higher")
    >>> row = {"estimate": 80, "ci_low": 75, "ci_high": 85, "unit": "%", "status": "published"}
    >>> rows = pd.DataFrame([{**row, "n": 31}, {**row, "n": 190, "ci_low": 77}])
    >>> precision(rows, share).replace("\\xa0", " ").replace("\\u202f", " ")
    ' (intervalles à 95 % : de 75 à 85 % ; 31 à 190 réponses)'
    """
    details = [about] if about else []
    known = rows.dropna(subset=["ci_low"])
    if len(known):
        intervals = [words.rounded_interval(row, indicator) for row in estimates.records(known)]
        widest = min(low for low, _ in intervals), max(high for _, high in intervals)
        interval = french.interval(*widest, indicator.decimals, known["unit"].iat[0])
        details.append(TEXTS["interval" if len(rows) == 1 else "intervals"].format(ends=interval))
    bases = [n for row in estimates.records(rows) if (n := words.base(row)) is not None]
    if bases:
        least, most = min(bases), max(bases)
        base = words.base_text(most, indicator)
        if least < most:
            base = TEXTS["ends"].format(low=french.number(least), high=base)
        elif len(bases) > 1:
            base = TEXTS["each_time"].format(base=base)
        details.append(base)
    return f" ({words.SEMICOLON.join(details)})" if details else ""


def rounded_count(row: dict[str, Any], indicator: Indicator) -> str:
    """A count in words a reader keeps (`86,7 millions de visites`), anything else as it is."""
    if not words.is_count(row["unit"]) or row["estimate"] < 1e6:
        return words.value(row, indicator)
    millions = round(row["estimate"] / 1e6, 1)
    things = "euros" if row["unit"] == "€" else row["unit"]
    plural = french.plural(millions, "million", "millions")
    return f"{french.number(millions, 1)}{french.NBSP}{plural} {french.of(things)}"


def small(label: str) -> str:
    """A label as it stands within a sentence: its acronyms keep their capitals.

    Examples
    --------
    >>> small("Recommandation (NPS)")
    'recommandation (NPS)'
    """
    return label[:1].lower() + label[1:]


def capital(phrase: str) -> str:
    """The phrase as the start of a sentence."""
    return phrase[:1].upper() + phrase[1:]
