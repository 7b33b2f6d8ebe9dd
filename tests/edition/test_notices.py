from __future__ import annotations

from tests.copies import demonstration_catalogue

from observlib.edition.notices import notices, with_attack, with_notices, with_package

PAGE = "---\ntitle: Accueil\n---\n\nTexte.\n"


def study(title: str, **words: str) -> dict[str, str]:
    return {"title": title, "page": title.lower(), **words}


def test_a_real_whole_edition_has_nothing_to_warn_of():
    manifest = {"kind": "real", "studies": [study("Panorama")]}
    assert notices(manifest) == []
    assert with_notices(PAGE, manifest) == PAGE


def test_a_reader_of_a_partial_edition_is_told_which_pages_are_absent():
    studies = [study("Panorama"), study("Satisfaction", error="x"), study("BOAMP", error="y")]
    (told,) = notices({"kind": "real", "studies": studies})
    assert "Édition partielle" in told and "Satisfaction et BOAMP" in told
    assert "Panorama" not in told and "Ces pages n’ont pas pu l’être" in told
    (one,) = notices({"kind": "real", "studies": studies[:2]})
    assert "Cette page n’a pas pu être établie\u00a0: Satisfaction." in one


def test_a_reader_is_told_when_only_some_studies_were_wanted():
    studies: list[dict[str, object]] = [
        study("Panorama"),
        {**study("Satisfaction"), "asked": False},
    ]
    manifest = {"kind": "real", "studies": studies}
    (told,) = notices(manifest)
    assert "Édition partielle" in told and "Seule une partie" in told


def test_the_home_page_leads_to_each_file_of_the_data_with_its_size(tmp_path):
    edition = tmp_path / "2026-T3"
    (edition / "donnees").mkdir(parents=True)
    names = ["donnees/estimates.csv", "donnees/o.zip", "donnees/o.xlsx", "donnees/dataset.jsonld"]
    for name in names:
        (edition / name).write_bytes(b"x" * 1_234_000)
    page = "Avant.\n<!-- donnees -->\n<!-- /donnees -->\nAprès."
    told = with_package(page, edition, [*names, "estimates.parquet"])
    lines = [line for line in told.splitlines() if line.startswith("- ")]
    assert [line.partition("](")[2].partition(")")[0] for line in lines] == [
        f"donnees/{name}" for name in ("o.xlsx", "o.zip", "estimates.csv", "dataset.jsonld")
    ]
    assert lines[0].startswith("- [Classeur") and "XLSX, 1\u202f234\u00a0ko" in lines[0]
    assert "parquet" not in told
    assert with_package("Rien.", edition, names) == "Rien."


def test_notices_stand_after_the_front_matter_and_before_the_text():
    manifest = {"kind": "demonstration", "studies": [study("Panorama", error="x")]}
    text = with_notices(PAGE, manifest)
    order = [text.index(words) for words in ("title:", "synthétiques", "partielle", "Texte.")]
    assert order == sorted(order) and text.count(":::") == 4


def test_the_method_page_tells_what_the_edition_s_own_attack_found():
    catalogue = demonstration_catalogue()
    page = "Règles.\n\n<!-- attaque -->\nPas encore.\n<!-- /attaque -->\n\nReste."
    report = {"tried": 7076, "withheld": 640, "pinned": 0, "narrowest": 5.0, "widest": None}
    report["wide"] = [["jdma-legifrance", "legifrance", "web", "satisfaction", 3]]
    text = with_attack(page, "2026-T3", report, catalogue).replace("\u202f", " ")
    text = text.replace("\u00a0", " ")
    assert "Édition du 3e trimestre 2026 : 7 076 cases ont été essayées, dont 640" in text
    assert "diffèrent de 5 personnes au moins." in text and "Pas encore" not in text
    label = catalogue.devices["jdma-legifrance"].label
    assert f"{label} (Satisfaction" in text and "par trimestre" in text
    assert text.startswith("Règles.") and text.endswith("Reste.")
    endless = with_attack(page, "2026-T3", {**report, "narrowest": None}, catalogue)
    assert "aucune n’est retrouvée" in endless and "diffèrent" not in endless
    assert with_attack("Sans repère.", "2026-T3", report, catalogue) == "Sans repère."
