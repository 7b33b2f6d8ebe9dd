"""A number is of the figure that is named beside it: another would lie to whoever checks."""

import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.language import french
from observlib.publish.origins import (
    ANYWHERE,
    Candidates,
    OriginFigure,
    Told,
    numbers_told,
    read_origins,
    texts_of,
    with_origins,
)

NOW, BEFORE = "T3 2026", "T3 2025"


def figure(one: str, *numbers: float, names: str = "", is_now: bool = True) -> OriginFigure:
    told = (*numbers, *[math.nan] * 4)[:4]
    found = tuple(name.lower() for name in names.split("|") if name)
    return OriginFigure(one, told, found, is_now)


LEGIFRANCE = figure("f1", 7.2, 6.9, 7.5, 210, names=f"Légifrance|Web|{NOW}")
PUBLIC = figure("f2", 7.2, 7.0, 7.4, 340, names=f"Service-public.fr|Web|{NOW}")
ENTREPRENDRE = figure("f3", 7.2, 6.0, 8.1, 90, names=f"Entreprendre.Service-public.fr|Web|{NOW}")
PAST = figure("f4", 7.2, 7.1, 7.3, 400, names=f"Légifrance|Web|{BEFORE}", is_now=False)
VISITS = figure("f5", 86_734_210, math.nan, math.nan, 86_734_210, names="Légifrance|visites")
WAIT = figure("f6", 293, 241, 349, 958, names="3939 Allô|attente")


def leads(text: str, *figures: OriginFigure, **around: str) -> dict[str, str]:
    """The numbers of a text, each with the figure that it leads to, or with `?` for several."""
    found = numbers_told(text, Candidates(figures), **around)
    return {
        text[one.start : one.end]: one.figures[0].id if len(one.figures) == 1 else "?"
        for one in found
        if one.figures
    }


@pytest.mark.parametrize(("text", "figures", "expected"), [
    ("Légifrance : 7,2 sur 10.", [LEGIFRANCE, PUBLIC], {"7,2": "f1"}),
    ("La note de Service-public.fr est de 7,2.", [LEGIFRANCE, PUBLIC], {"7,2": "f2"}),
    ("Entreprendre.Service-public.fr (7,2)", [PUBLIC, ENTREPRENDRE], {"7,2": "f3"}),
    ("Légifrance, T3 2025 : 7,2", [LEGIFRANCE, PAST], {"7,2": "f4"}),
    ("Légifrance : 7,2", [LEGIFRANCE, PAST], {"7,2": "f1"}),
    ("La note est de 7,2.", [LEGIFRANCE, PUBLIC], {"7,2": "?"}),
    ("La note est de 8,8.", [LEGIFRANCE, PUBLIC], {}),
    ("86,7 millions de visites", [VISITS], {"86,7 millions": "f5"}),
    ("86,8 millions de visites", [VISITS], {}),  # further than half a step
    ("environ 86\u202f734\u202f000 visites", [VISITS], {"86\u202f734\u202f000": "f5"}),
    ("on attend 4\u00a0min\u00a053\u00a0s", [WAIT], {"4\u00a0min\u00a053\u00a0s": "f6"}),
    ("entre 6,9 et 7,5, 210 réponses", [LEGIFRANCE], {"6,9": "f1", "7,5": "f1", "210": "f1"}),
], ids=str)  # fmt: skip
def test_a_number_is_of_the_figure_that_is_named_beside_it(text, figures, expected):
    assert leads(text, *figures) == expected


@pytest.mark.parametrize("text", [
    "Au 3e trimestre 2026, le 7 mai 2026", "Intervalle à 95 %, sur 10",
    "Voir la Figure 7 et le Tableau 3", "Publié le 03/07/2026", "le 3939 Allô",
])  # fmt: skip
def test_dates_scales_and_references_are_no_estimates(text):
    many = [figure(f"f{x}", x, names="3939 Allô") for x in (3, 7, 10, 95, 2026, 3939, 5)]
    assert leads(text, *many) == {}


def test_a_number_that_may_count_anything_is_no_end_of_an_interval():
    """`Publiées (11)` counts figures, although the end of some interval is 11 too."""
    ends = figure("f1", 8, 7, 11, 200)
    assert leads("Secret statistique (11) et 4 autres.", ends) == {}
    assert leads("De 7 à 11 %.", ends) == {"7": "f1", "11 %": "f1"}
    assert leads("8 visites", ends) == {"8": "f1"}


SITES = ("Légifrance", "Service-public.fr", "Entreprendre.Service-public.fr", "3939 Allô")
PAGE = Path(__file__).with_name("numbers.html").read_text(encoding="utf-8")
FIGURES = (LEGIFRANCE, PUBLIC, PAST)
TOLD = Told(FIGURES, {"finding": (0,), "tbl-a": (0, 1, 2)}, {"ce trimestre": (0, 1)})


def test_a_page_leads_from_its_numbers_and_from_nothing_else():
    made = with_origins(PAGE, TOLD)
    found = re.findall(r'([^<>]*)<a href="origines\.html#(f\d)">([^<]*)</a>', made)
    finding, sentence, before = "7,2 f1", "7,2 f2; 340 f2", "7,2 f4; 7,1 f4; 7,3 f4"
    rows = "7,2 f1; 7,2 f2; 340 f2"
    told = "; ".join(f"{number} {one}" for _, one, number in found)
    assert told == f"{finding}; {sentence}; {before}; {rows}"
    assert made.count("<a ") == 2 + len(found)


def test_a_page_headed_by_quarto_or_without_sections_is_read_too():
    page = PAGE.replace('<p class="finding">', '<div class="description"><p>').replace(
        "7,2.</p>\n<ul>", "7,2.</p></div>\n<ul>"
    )
    assert '<a href="origines.html#f1">7,2</a>.</p></div>' in with_origins(page, TOLD)
    assert with_origins(PAGE, Told(FIGURES, {}, {})) == PAGE
    assert "origines.html#" in with_origins(PAGE, Told(FIGURES, {}, {ANYWHERE: (0, 1, 2)}))


def test_texts_that_tell_a_figure_are_found_again():
    made = with_origins(PAGE, TOLD)
    assert next(texts_of(made, "f2")) == (
        "Ce trimestre",
        "Au 3e trimestre 2026, Service-public.fr a 7,2 sur 10 (340 réponses). 7,2",
    )
    assert [*texts_of(made, "f9")] == []


TEXTS = st.lists(
    st.one_of(
        st.sampled_from([*SITES, "<b>", "</b>", "<br>", "&amp;", " ", "\n", "(", ") ; ", "n = "]),
        st.floats(-1e6, 1e6).map(lambda x: french.number(x, 1)),
        st.sampled_from([7.2, 6.9, 210.0, 340.0]).map(lambda x: french.number(x, x % 1 > 0)),
        st.text(alphabet="<>&;/=\"' 7,2%é", max_size=8).map(lambda x: x.replace("<", "&lt;")),
    ),
    max_size=20,
)


@given(TEXTS)
def test_links_change_nothing_of_what_a_page_says(parts):
    page = PAGE.replace("Une note de 7,2", "".join(parts)).replace("Méthode", "Ce trimestre")
    made = with_origins(page, TOLD)
    assert re.sub(r'<a href="origines[^"]*">([^<]*)</a>', r"\1", made) == page


def test_what_the_edition_wrote_is_read_back():
    rows = [["f1", [7.2, None, None, 210.0], ["légifrance"], True]]
    content = {"figures": rows, "cells": {"tbl-a": [0]}, "sections": {"avis": [0]}}
    told = read_origins(json.dumps(content).encode())
    assert told.of("tbl-a", "").figures == told.of("", "avis").figures == told.figures
    assert told.of("", "ailleurs").figures == ()
    assert math.isnan(told.figures[0].numbers[1])
