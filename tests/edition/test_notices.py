import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import load_catalogue
from observlib.edition.notices import (
    front_page,
    passport,
    plain_headline,
    told_at_front,
)
from observlib.estimates import make_comparisons
from observlib.indicators import pairs as pair
from observlib.publish.html import with_commit
from observlib.records.sheets import Action, Expected

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


def test_a_page_names_the_commit_that_it_was_made_by():
    link = '<a href="manifest.json"\nclass="commit">que dit\nle manifeste</a>'
    assert "<code>0a1b2c3d4e5f</code></a>" in with_commit(link, COMMIT)
    assert "modifiée depuis" in with_commit(link, f"{COMMIT}-dirty")
    assert with_commit(link, "") == link


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
