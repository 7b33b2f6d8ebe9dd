"""Each page ends with what a peer needs: how to cite it, and how to make it again."""

from __future__ import annotations

import json
import shlex
from typing import Any

from observlib.edition.notices import passport, with_passport
from observlib.publish.html import with_commit

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


def told(**changed: Any) -> str:
    return passport(ENTRY, EDITION | changed, "data/demo").replace("\u00a0", " ")


def test_its_command_makes_this_very_page_on_the_edition_s_day() -> None:
    command = next(line for line in told().splitlines() if "observ edition" in line)
    moment, *words = shlex.split(command)
    assert moment == "SOURCE_DATE_EPOCH=1794787200"  # 16 November 2026, in UTC
    assert words == [
        "observ", "edition", "2026-T3", "--data", "data/demo", "--study", "fiche_produit",
        "-p", "product=boamp", "-p", "words=a b",
    ]  # fmt: skip


def test_a_revision_is_cited_as_such_and_by_its_own_day() -> None:
    text = told(revisions=["2026-12-01"])
    assert "édition 2026-T3, révision 1, 1^er^ décembre 2026." in text or (
        "édition 2026-T3, révision 1, 1er décembre 2026." in text
    )
    assert "SOURCE_DATE_EPOCH=1796083200" in text


def test_a_demonstration_says_how_its_data_are_made() -> None:
    assert "make data/demo/store/ledger.json" in told(kind="demonstration")
    assert "make data" not in told()


def test_the_tables_that_the_page_read_are_named_with_their_digests() -> None:
    assert "`calls` (`0a1b2c3d`), `ratings` (`1a2b3c4d`)" in told()


def test_a_title_is_text_and_no_markup() -> None:
    assert r"« BOAMP \*et\* autres »" in told()


def test_a_notebook_ends_with_it_and_the_same_gives_the_same() -> None:
    notebook = json.dumps({"cells": [{"cell_type": "raw", "source": "---"}], "nbformat": 4})
    first, second = (with_passport(notebook, ENTRY, EDITION, "data", "") for _ in range(2))
    assert first == second
    assert json.loads(first)["cells"][-1]["id"] == "passport"


def test_a_page_names_the_commit_that_it_was_made_from_and_whether_files_differed() -> None:
    link = '<a href="manifest.json"\nclass="commit">que dit\nle manifeste</a>'
    assert "<code>0a1b2c3d4e5f</code></a>" in with_commit(link, COMMIT)
    assert "modifiée depuis" in with_commit(link, f"{COMMIT}-dirty")
    assert with_commit(link, "") == link


def test_it_is_cited_by_the_name_of_its_site():
    assert told().split("**Citer.** ")[1].startswith("Baromètre de l’eau, « BOAMP")
