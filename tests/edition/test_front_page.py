"""The front page: what it links to exists, and what others wrote is words."""

import re
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import load_catalogue
from observlib.edition.notices import front_page, headline, told_at_front
from observlib.estimates import comparisons
from observlib.indicators import pairs as pair
from observlib.indicators import specifications
from observlib.records.actions import Action, Expected

CATALOGUE = load_catalogue(Path("data/catalogue"))
NOW = Quarter(2026, 3)


def made(pages, actions=()):
    rows = [
        {"indicator": "visits", "product": "boamp", "channel": "web", "device": "d",
         "period": str(quarter), "estimate": 2.6e6 if quarter == NOW else 1e6, "n": 1e6,
         "unit": "visites"}
        for quarter in NOW.back(13)
    ]  # fmt: skip
    frame = estimates.make(rows)
    pairs = comparisons.make(pair.tested(CATALOGUE, pair.counted(frame, NOW)))
    return front_page(frame, pairs, CATALOGUE, actions, NOW, pages)


def test_a_point_links_to_the_sheet_of_its_product_where_the_edition_has_it():
    link = "(fiche_produit-boamp.ipynb)"
    assert link in made({"fiche_produit-boamp"})[0]
    assert "ipynb" not in made({"panorama"})[0]


def test_the_page_in_easy_french_is_led_to_where_the_edition_has_it():
    assert "facile.ipynb" in made(["facile"])[0]
    assert "facile" not in made([])[0]


def test_each_point_has_a_line_with_its_words_for_who_does_not_see_it():
    text, pictures = made(set())
    [(name, picture)] = pictures.items()
    assert f"![]({name})" in text and ET.fromstring(picture).tag.endswith("svg")
    told = re.search(r'fig-alt="([^"]*)"', text)[1].replace("\xa0", " ").replace("\u202f", " ")
    assert told == "Visites du 3e trimestre 2024 au 3e trimestre 2026, entre 1 M et 2,6 M."


def test_what_a_team_wrote_of_its_action_is_words_on_the_page():
    action = Action(
        id="a", title="Une {lettre} (1_2_3)", product="boamp", date=date(2026, 1, 1), done="D.",
        expected=(Expected(indicator="visits", direction="up"),), contact="pôle",
    )  # fmt: skip
    text = made(set(), [action])[0]
    assert r"Une \{lettre\} (1\_2\_3)" in text


def rising(held: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An edition with one risen mark, which holds in some of 54 calculations."""
    place = {"product": "boamp", "channel": "web", "device": "avis"}
    rows = [
        {**place, "indicator": "satisfaction_10", "period": str(quarter), "unit": "sur 10",
         "estimate": mark, "ci_low": mark - 0.1, "ci_high": mark + 0.1, "n": 900, "n_eff": 900}
        for quarter, mark in ((NOW - 4, 6.0), (NOW, 8.0))
    ]  # fmt: skip
    counted = zip(specifications.COUNTED, (54, held, 0), strict=True)
    rows += [
        {**place, "indicator": name, "period": str(NOW), "unit": "calculs", "estimate": x}
        for name, x in counted
    ]
    frame = estimates.make(rows)
    between = pair.between(frame, CATALOGUE, str(NOW), str(NOW - 4))
    return frame, comparisons.make(pair.tested(CATALOGUE, between))


def test_a_headline_that_holds_in_few_calculations_is_marked_with_their_count_and_no_other():
    for held, fragile in ((20, True), (54, False)):
        frame, pairs = rising(held)
        text = front_page(frame, pairs, CATALOGUE, (), NOW, set())[0].replace("\xa0", " ")
        assert ("[fragile : s'accorde avec 20 calculs sur 54]{.verdict}" in text) is fragile
        assert ("sur 10. Ce constat est fragile.]{.headline}" in text) is fragile
        assert ("Ce constat est fragile" in headline(frame, pairs, CATALOGUE, NOW)) is fragile
        told = set(told_at_front(frame, pairs, NOW)["indicator"])
        assert (set(specifications.COUNTED) <= told) is fragile
