"""Who the users are that a device hears, and how far they are from the population.

Who answers is neither all users of a product, nor a sample of them: a distance to the population
mixes who uses the product with who answers.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.confidentiality import disclosure
from observlib.estimates import Row
from observlib.indicators import answers, pairs
from observlib.indicators.families import family, protected
from observlib.language import words

_VARIABLES = ("age", "sex", "region", "status", "autonomy")
REST = disclosure.CATEGORIES
ALL = "Toutes catégories"

# what estimates begin with, whom each category of their variable holds, and their status
_Profile = tuple[Row, dict[str, set[str]], str]


@protected()
def category_shares(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> Iterator[Row]:
    """Share of each category among those who answered; those of fewer than 11 are one, `REST`."""
    for about, holders, status in _profiles(responses, catalogue, quarters):
        groups = disclosure.merge_small(holders, REST) if status != "suppressed" else {}
        n = sum(map(len, holders.values()))
        row = {**about, "indicator": "profile_share", "unit": "%"}
        for name, (_, ids) in groups.items():
            yield {**row, "group_value": name, "status": status, **_share(name, ids, n)}
        if not groups:
            yield {**row, "group_value": ALL, "status": "suppressed"}


@protected()
def representation(
    responses: pd.DataFrame,
    margins: pd.DataFrame,
    catalogue: Catalogue,
    quarters: Sequence[Quarter],
) -> Iterator[Row]:
    """Share of each category among respondents over its share in the population.

    1 is the population's share, 0.5 half of it. The groups are those of `category_shares`, so that
    the two together tell no more than it does alone. Respondents of a category that the margins
    have not are left out, unless so few that they are in `REST` too.
    """
    for about, holders, status in _profiles(responses, catalogue, quarters):
        people = margins[margins["variable"] == about["group"]].set_index("category")["people"]
        listed = [str(name) for name in people.index]
        if about["group"] == "region":
            listed.sort(key=fold)
        groups = _within(listed, holders) if status != "suppressed" else {}
        n = sum(len(ids) for _, ids in groups.values())
        row = {**about, "indicator": "representation"}
        for name in dict.fromkeys([*listed, *groups]):
            if name not in groups:
                yield {**row, "group_value": name, "status": "suppressed"}
                continue
            names, ids = groups[name]
            margin = float(people[list(names)].sum() / people.sum())
            share = _share(name, ids, n)
            ratio = {key: share[key] / (100 * margin) for key in share if key not in ("n", "n_eff")}
            yield {**row, "group_value": name, "status": status, **share, **ratio}


def _share(name: str, ids: Set[str], n: int) -> Row:
    """A category's share; of grouped ones without interval: chosen for being few, it would err."""
    share = answers.share_of(len(ids), n)
    return {key: share[key] for key in ("estimate", "n", "n_eff")} if name == REST else share


def select_category(frame: pd.DataFrame, variable: str, name: str) -> pd.DataFrame:
    """The estimates of one category, one a device."""
    return frame[(frame["group"] == variable) & (frame["group_value"] == name)]


def of_experiences(experiences: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Told experiences as responses that say their région, where they do; of no product."""
    names = regions.drop_duplicates("region").set_index("region")["region_name"]
    return pd.DataFrame(
        {
            **{key: experiences[key] for key in ("device", "channel", "source", "date")},
            "product": "",
            "response_id": experiences["experience_id"],
            "variable": "region",
            "category": experiences["region"].map(names),
        }
    ).dropna(subset="category")


def _within(
    listed: Sequence[str], holders: Mapping[str, Set[str]]
) -> dict[str, tuple[tuple[str, ...], Set[str]]]:
    """The groups of the categories listed that `category_shares` shows: their names, and whom each.

    Nothing is told where a group would keep fewer than eleven people once those of other categories
    have left it.
    """
    few = estimates.MINIMUM_PEOPLE
    found: dict[str, tuple[tuple[str, ...], Set[str]]] = {}
    for label, (names, ids) in disclosure.merge_small(holders, REST).items():
        own = tuple(name for name in names if name in listed)
        kept = {one for name in own for one in holders[name]}
        if own:  # the others of a group are told by subtraction: they stay where they are few
            found[label] = (own, kept if len(ids) - len(kept) >= few else ids)
    if any(len(ids) < few for _, ids in found.values()):
        return {}
    nobody = [name for name in listed if not holders.get(name)]
    if REST in found:
        members, ids = found[REST]
        return {**found, REST: ((*members, *nobody), ids)}
    whole = {**{name: ids for name, (_, ids) in found.items()}, **{name: set() for name in nobody}}
    return disclosure.merge_small(whole, REST)


def _profiles(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> Iterator[_Profile]:
    for variable in _VARIABLES:
        rows = responses[(responses["variable"] == variable) & responses["category"].notna()]
        for about, given, status in answers.periods_of(rows, catalogue, quarters):
            ids = given.groupby("category")["response_id"]
            holders = {str(name): set(own) for name, own in ids}
            order = sorted(
                holders,
                key=lambda name: name if variable == "age" else (-len(holders[name]), fold(name)),
            )
            yield {**about, "group": variable}, {name: holders[name] for name in order}, status


def with_population(ratios: pd.DataFrame, margins: pd.DataFrame) -> pd.DataFrame:
    """Pair each category's share of respondents with its share of the population."""
    people = margins.groupby(["variable", "category"])["people"].sum()
    shares = 100 * people / people.groupby("variable").transform("sum")
    rows = ratios[ratios["group_value"] != REST]
    keys = pd.MultiIndex.from_frame(rows[["group", "group_value"]])
    margin = shares.reindex(keys).set_axis(rows.index)
    values = {name: rows[name] * margin for name in ("estimate", "ci_low", "ci_high")}
    heard = rows.assign(indicator="profile_share", unit="%", **values)
    known = heard.assign(estimate=margin, ci_low=math.nan, ci_high=math.nan, n=math.nan)
    known = known.assign(n_eff=math.inf, status="published", group_value="population", source="")
    return pairs.joined_frames(heard, known, "population")


@family("profiles", quarters=4)
def profiles(
    responses_of: Mapping[str, Callable[[], pd.DataFrame]],
    experiences: pd.DataFrame,
    margins: pd.DataFrame,
    regions: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of those who answered in a year, and how they compare with the population's."""
    year = quarter.back(4)

    def told(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        return category_shares(rows, catalogue, year), representation(
            rows, margins, catalogue, year
        )

    surveys = [told(responses_of[name]()) for name in sorted(responses_of)]
    others = told(of_experiences(experiences, regions))
    order = {"by": "group", "key": lambda group: group.map(_VARIABLES.index), "kind": "stable"}
    shares, ratios = (
        estimates.combine(
            [estimates.combine(own[i] for own in surveys).sort_values(**order), other]
        )
        for i, other in enumerate(others)
    )
    compared = pairs.tested(  # together: all that is compared
        catalogue, with_population(ratios, margins), pairs.leading_answer(shares)
    )
    return estimates.combine([shares, ratios]), compared


# --- What its sentences ask


def _first_categories(shares: pd.DataFrame, compared: pd.DataFrame) -> Iterator[estimates.Row]:
    """Of each variable of a device, its most frequent category, `sure` or `close`; or why none."""
    for variable, parts in shares.groupby("group", sort=False):
        of = (parts["status"] == "published") & ~parts["group_value"].isin(disclosure.GROUPED)
        ranked = estimates.records(
            parts[of].sort_values("estimate", ascending=False, kind="stable")
        )
        verdicts = set(compared.loc[compared["group"] == variable, "verdict"])
        if len(ranked) >= 2:
            yield {**ranked[0], "found": "sure" if "rise" in verdicts else "close"}
        else:
            few = ranked or (parts["status"] == "suppressed").any()
            yield {"group": variable, "found": "few" if few else "few_or_partial"}


def _from_largest(apart: pd.DataFrame) -> pd.DataFrame:
    """Gaps from the largest; of equal ones, the last first."""
    return apart.sort_values("difference", key=abs).iloc[::-1]


def _by_category(apart: pd.DataFrame) -> list[pd.DataFrame]:
    """The gaps of each category, that of most devices first."""
    return sorted((rows for _, rows in apart.groupby("group_value")), key=len, reverse=True)


def _by_device(apart: pd.DataFrame, catalogue: Catalogue) -> Iterator[str]:
    """The categories of each device, in as many parts as can be read at once."""
    for device, rows in apart.groupby("device", sort=False):
        name = words.label({"device": device}, "device", catalogue)
        for categories in words.shared_out(map(words.in_quotes, rows["group_value"])):
            yield f"{categories} ({name})"
