"""The front page: what it links to exists, and what others wrote is words."""

import re
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

from observlib import comparisons, estimates
from observlib.actions import Action, Expected
from observlib.catalogue import load_catalogue
from observlib.comparison import pairs as pair
from observlib.edition.front_page import front_page
from observlib.period import Quarter

CATALOGUE = load_catalogue(Path("data/catalogue"))
NOW = Quarter(2026, 3)


def made(pages, actions=()):
    rows = [
        {"indicator": "visits", "product": "boamp", "channel": "web", "device": "d",
         "period": str(quarter), "estimate": 1e6 + 2e5 * at, "n": 1e6, "unit": "visites"}
        for at, quarter in enumerate(NOW.back(9))
    ]  # fmt: skip
    frame = estimates.make(rows)
    pairs = comparisons.make(pair.tested(CATALOGUE, pair.counted(frame, str(NOW), str(NOW - 4))))
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
