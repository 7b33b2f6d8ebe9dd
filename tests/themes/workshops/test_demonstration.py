"""The demonstration's workshops: the same bytes always, and sheets that anyone can read."""

import yaml

from observlib.themes.workshops import demonstration as workshops


def test_each_quarter_has_a_file_of_sheets():
    files, found = workshops.make("ateliers", 1)
    sheets = yaml.safe_load(files["ateliers/ateliers_2026-T3.yml"])
    assert len(files) == 15 and {sheet["produit"] for sheet in sheets} == {
        "vie-publique", "service-public", "annuaire",
    }  # fmt: skip
    proposed = [
        t["value"]
        for t in found["workshops"]
        if t["kind"] == "ideas_proposed" and t["quarter"] == "2026-T3"
    ]
    assert sum(proposed) == sum(len(sheet["idées"]) for sheet in sheets)
