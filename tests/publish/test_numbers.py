"""A number is of the figure that is named beside it: another would lie to whoever checks."""

from __future__ import annotations

import math

import pytest

from observlib.publish.origins import Candidates, Figure, numbers

NOW, BEFORE = "T3 2026", "T3 2025"


def figure(one: str, *numbers: float, names: str = "", is_now: bool = True) -> Figure:
    told = (*numbers, *[math.nan] * 4)[:4]
    found = tuple(name.lower() for name in names.split("|") if name)
    return Figure(one, f"origines/p.html#{one}", told, found, is_now)


LEGIFRANCE = figure("f1", 7.2, 6.9, 7.5, 210, names=f"Légifrance|Web|{NOW}")
PUBLIC = figure("f2", 7.2, 7.0, 7.4, 340, names=f"Service-public.fr|Web|{NOW}")
ENTREPRENDRE = figure("f3", 7.2, 6.0, 8.1, 90, names=f"Entreprendre.Service-public.fr|Web|{NOW}")
PAST = figure("f4", 7.2, 7.1, 7.3, 400, names=f"Légifrance|Web|{BEFORE}", is_now=False)
VISITS = figure("f5", 86_734_210, math.nan, math.nan, 86_734_210, names="Légifrance|visites")
WAIT = figure("f6", 293, 241, 349, 958, names="3939 Allô|attente")


def leads(text: str, *figures: Figure, **around: str) -> dict[str, str]:
    """The numbers of a text, each with the figure that it leads to, or with `?` for several."""
    found = numbers(text, Candidates(figures), **around)
    return {
        text[one.start : one.end]: one.figures[0].id if len(one.figures) == 1 else "?"
        for one in found
        if one.figures
    }


@pytest.mark.parametrize(
    ("text", "figures", "expected"),
    [
        ("Légifrance : 7,2 sur 10.", [LEGIFRANCE, PUBLIC], {"7,2": "f1"}),
        ("La note de Service-public.fr est de 7,2.", [LEGIFRANCE, PUBLIC], {"7,2": "f2"}),
        ("Entreprendre.Service-public.fr (7,2)", [PUBLIC, ENTREPRENDRE], {"7,2": "f3"}),
        ("Légifrance, T3 2025 : 7,2", [LEGIFRANCE, PAST], {"7,2": "f4"}),
        ("Légifrance : 7,2", [LEGIFRANCE, PAST], {"7,2": "f1"}),
        ("La note est de 7,2.", [LEGIFRANCE, PUBLIC], {"7,2": "?"}),
        ("La note est de 8,8.", [LEGIFRANCE, PUBLIC], {}),
        ("86,7 millions de visites", [VISITS], {"86,7 millions": "f5"}),
        ("environ 86\u202f734\u202f000 visites", [VISITS], {"86\u202f734\u202f000": "f5"}),
        ("on attend 4\u00a0min\u00a053\u00a0s", [WAIT], {"4\u00a0min\u00a053\u00a0s": "f6"}),
        ("entre 6,9 et 7,5, 210 réponses", [LEGIFRANCE], {"6,9": "f1", "7,5": "f1", "210": "f1"}),
    ],
    ids=str,
)
def test_a_number_is_of_the_figure_that_is_named_beside_it(text, figures, expected):
    assert leads(text, *figures) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Au 3e trimestre 2026, le 7 mai 2026",
        "Intervalle à 95 %, sur 10",
        "Voir la Figure 7 et le Tableau 3",
        "Publié le 03/07/2026",
        "le 3939 Allô",
    ],
)
def test_dates_scales_and_references_are_no_estimates(text):
    many = [figure(f"f{x}", x, names="3939 Allô") for x in (3, 7, 10, 95, 2026, 3939, 5)]
    assert leads(text, *many) == {}


def test_a_number_that_may_count_anything_is_no_end_of_an_interval():
    """`Publiées (11)` counts figures, although the end of some interval is 11 too."""
    ends = figure("f1", 8, 7, 11, 200)
    assert leads("Secret statistique (11) et 4 autres.", ends) == {}
    assert leads("De 7 à 11 %.", ends) == {"7": "f1", "11 %": "f1"}
    assert leads("8 visites", ends) == {"8": "f1"}
