import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from tests.copies import demonstration_catalogue

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import load_catalogue
from observlib.edition.notices import (
    front_page,
    notices,
    passport,
    plain_headline,
    told_at_front,
    with_attack,
    with_notices,
)
from observlib.estimates import make_comparisons
from observlib.indicators import pairs as pair
from observlib.publish.html import with_commit
from observlib.records.sheets import Action, Expected

PAGE = "---\ntitle: Accueil\n---\n\nTexte.\n"


def study(title: str, **words: str) -> dict[str, str]:
    return {"title": title, "page": title.lower(), **words}


def test_a_reader_of_a_partial_edition_is_told_which_pages_are_absent():
    studies = [study("Panorama"), study("Satisfaction", error="x"), study("BOAMP", error="y")]
    (told,) = notices({"kind": "real", "studies": studies})
    assert "Édition partielle" in told and "Satisfaction et BOAMP" in told
    assert "Panorama" not in told and "Ces pages n’ont pas pu l’être" in told
    (one,) = notices({"kind": "real", "studies": studies[:2]})
    assert "Cette page n’a pas pu être établie\u00a0: Satisfaction." in one
    not_asked: dict[str, object] = {**study("Satisfaction"), "asked": False}
    (some,) = notices({"kind": "real", "studies": [study("Panorama"), not_asked]})
    assert "Édition partielle" in some and "Seule une partie" in some
    assert notices({"kind": "real", "studies": studies[:1]}) == []


def test_notices_stand_before_the_text_and_name_the_commit():
    manifest = {"kind": "demonstration", "studies": [study("Panorama", error="x")]}
    text = with_notices(PAGE, manifest)
    order = [text.index(words) for words in ("title:", "synthétiques", "partielle", "Texte.")]
    assert order == sorted(order) and text.count(":::") == 4
    link = '<a href="manifest.json"\nclass="commit">que dit\nle manifeste</a>'
    assert "<code>0a1b2c3d4e5f</code></a>" in with_commit(link, COMMIT)
    assert "modifiée depuis" in with_commit(link, f"{COMMIT}-dirty")
    assert with_commit(link, "") == link


def test_the_method_page_tells_what_the_edition_s_own_attack_found():
    catalogue = demonstration_catalogue()
    page = "Règles.\n\n<!-- attaque -->\nPas encore.\n<!-- /attaque -->\n\nReste."
    report = {"tried": 7076, "withheld": 640, "pinned": 0, "narrowest": 5.0, "widest": None}
    report["wide"] = [["jdma-legifrance", "legifrance", "web", "satisfaction", 3]]
    text = re.sub("[\u202f\u00a0]", " ", with_attack(page, "2026-T3", report, catalogue))
    assert "Édition du 3e trimestre 2026 : 7 076 cases ont été essayées, dont 640" in text
    assert "diffèrent de 5 personnes au moins." in text and "Pas encore" not in text
    assert f"{catalogue.devices['jdma-legifrance'].label} (Satisfaction" in text
    endless = with_attack(page, "2026-T3", {**report, "narrowest": None}, catalogue)
    assert "aucune n’est retrouvée" in endless and "diffèrent" not in endless
    assert with_attack("Sans repère.", "2026-T3", report, catalogue) == "Sans repère."


ENTRY: dict[str, Any] = {
    "page": "fiche_produit-boamp", "study": "fiche_produit", "title": "BOAMP *et* autres",
    "parameters": {"quarter": "2026-T3", "product": "boamp", "words": "a b"},
    "data": {"calls": "0a1b2c3d4e5f", "ratings": "1a2b3c4d5e6f"},
}  # fmt: skip
EDITION: dict[str, Any] = {
    "quarter": "2026-T3", "published": "2026-11-16", "revisions": [], "kind": "real",
    "site": "Baromètre de l’eau",
}  # fmt: skip
COMMIT = "0a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d"


def passport_of(**changed: Any) -> str:
    return passport(ENTRY, EDITION | changed, "data/demo").replace("\u00a0", " ")


def test_a_page_is_cited_with_its_site_its_revision_s_day_and_the_command_that_makes_it():
    text = passport_of(revisions=["2026-12-01"])
    cited = text.split("**Citer.** ")[1]
    assert cited.startswith(r"Baromètre de l’eau, « BOAMP \*et\* autres »")  # text, and no markup
    assert re.search(r"édition 2026-T3, révision 1, 1\^?er\^? décembre 2026\.", text)
    command = next(line for line in text.splitlines() if "observ edition" in line)
    assert shlex.split(command) == [
        *("SOURCE_DATE_EPOCH=1796083200", "observ", "edition", "2026-T3", "--data", "data/demo"),
        *("--study", "fiche_produit", "-p", "product=boamp", "-p", "words=a b"),
    ]
    assert "SOURCE_DATE_EPOCH=1794787200" in passport_of()  # 16 November 2026, in UTC
    assert "make data/demo/store/ledger.json" in passport_of(kind="demonstration")
    assert "make data" not in passport_of()


KNOWN = load_catalogue(Path("data/catalogue"))
NOW = Quarter("2026-T3")


def rising(held: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """An edition with one risen mark, which holds in some of 54 calculations."""
    place = {"product": "boamp", "channel": "web", "device": "avis"}
    rows = [
        {**place, "indicator": "satisfaction_10", "period": quarter, "unit": "sur 10",
         "estimate": mark, "ci_low": mark - 0.1, "ci_high": mark + 0.1, "n": 900, "n_eff": 900}
        for quarter, mark in ((NOW - 4, 6.0), (NOW, 8.0))
    ]  # fmt: skip
    counted = zip(pair.OUTCOMES, (54, held, 0), strict=True)
    rows += [
        {**place, "indicator": name, "period": NOW, "unit": "calculs", "estimate": x}
        for name, x in counted
    ]
    frame = estimates.make(rows)
    between = pair.across_periods(frame, KNOWN, NOW, str(NOW - 4))
    return frame, make_comparisons(pair.tested(KNOWN, between))


def test_a_headline_that_holds_in_few_calculations_is_marked_with_their_count_and_no_other():
    for held, fragile in ((20, True), (54, False)):
        frame, pairs = rising(held)
        text = front_page(frame, pairs, KNOWN, (), NOW, set())[0].replace("\xa0", " ")
        assert ("[fragile : s'accorde avec 20 calculs sur 54]{.verdict}" in text) is fragile
        assert ("sur 10. Ce constat est fragile.]{.headline}" in text) is fragile
        assert ("Ce constat est fragile" in plain_headline(frame, pairs, KNOWN, NOW)) is fragile
        told = set(told_at_front(frame, pairs, NOW)["indicator"])
        assert (set(pair.OUTCOMES) <= told) is fragile


def front(pages, actions=()):
    rows = [
        {"indicator": "visits", "product": "boamp", "channel": "web", "device": "d",
         "period": quarter, "estimate": 2.6e6 if quarter == NOW else 1e6, "n": 1e6,
         "unit": "visites"}
        for quarter in NOW.back(13)
    ]  # fmt: skip
    frame = estimates.make(rows)
    pairs = make_comparisons(pair.tested(KNOWN, pair.counted_pairs(frame, NOW)))
    return front_page(frame, pairs, KNOWN, actions, NOW, pages)


def test_what_a_team_wrote_of_its_action_is_words_on_the_page():
    action = Action(
        id="a", title="Une {lettre} (1_2_3)", product="boamp", date=date(2026, 1, 1), done="D.",
        expected=(Expected(indicator="visits", direction="up"),), contact="pôle",
    )  # fmt: skip
    text = front(set(), [action])[0]
    assert r"Une \{lettre\} (1\_2\_3)" in text
