"""Partners: who answers for what is said once, or every contradiction is told with its line."""

from pathlib import Path

import pytest
import yaml
from tests.copies import DEMO, copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import load_catalogue
from observlib.pipeline import project

ROOT = Path(__file__).parents[2]
CAISSE = {"id": "caisse", "label": "Caisse", "domain": "les aides", "themes": ["Famille"]}
MAIRIE = {"id": "mairie", "label": "Mairie", "domain": "la ville", "themes": ["État civil"]}


def loaded(place: Path, *entries: dict[str, object]) -> dict[str, object]:
    folder = copy_catalogue(place)
    text = yaml.safe_dump(list(entries), allow_unicode=True, sort_keys=False)
    (folder / "partners.yml").write_text(text, encoding="utf-8")
    (folder / "tasks.yml").unlink()  # which name other partners
    return dict(load_catalogue(folder).partners)


def told(place: Path, *entries: dict[str, object]) -> list[str]:
    with pytest.raises(ObservError) as error:
        loaded(place, *entries)
    return [problem.rsplit("/", 1)[-1] for problem in error.value.problems]


def test_a_theme_of_two_partners_is_refused_where_neither_says_that_it_is_shared(tmp_path):
    found = told(tmp_path, CAISSE, {**MAIRIE, "themes": ["famille"]})
    assert found == [
        f"partners.yml:{line}: {name!r}: theme {theme!r} is also that of {other}; leave it to one, "
        "or list it in the `shared` of each"
        for line, name, theme, other in (
            (4, "caisse", "Famille", "mairie"),
            (9, "mairie", "famille", "caisse"),
        )
    ]


def test_a_theme_that_each_of_two_partners_shares_is_taken(tmp_path):
    both = {"shared": ["Logement"]}
    assert len(loaded(tmp_path, {**CAISSE, **both}, {**MAIRIE, **both})) == 2


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"shared": ["Logement"]}, "theme 'Logement' is shared with no other partner"),
        ({"shared": ["Famille"]}, "theme 'Famille' is also that of mairie; leave it to one"),
        ({"label": "Caisse"}, "label 'Caisse' is that of 'caisse'; give another"),
        ({"label": "Aucun organisme"}, "label 'Aucun organisme' means no partner"),
        ({"peer": "nobody"}, "unknown peer 'nobody'; allowed: dila"),
        ({"themes": []}, "nothing leads to it; give themes, shared, words or entities"),
        ({"shared": ["État civil"]}, "theme 'État civil' is in themes and in shared"),
        ({"entities": ["AIDE"]}, "'AIDE' leads to 'caisse' already; leave it to one"),
        ({"theme": ["x"]}, "unknown key 'theme'; allowed: id, label, label_en, domain, themes"),
    ],
)
def test_what_partners_say_against_each_other_is_told(tmp_path, keys, said):
    found = told(tmp_path, {**CAISSE, "words": ["aide"]}, {**MAIRIE, **keys})
    assert any(said in problem for problem in found), found


def test_an_agency_without_partners_has_a_whole_catalogue(tmp_path):
    folder = copy_catalogue(tmp_path)
    for name in ("partners", "tasks"):
        (folder / f"{name}.yml").unlink()
    assert load_catalogue(folder).partners == {}


def test_no_figure_of_the_demonstration_is_told_of_a_real_administration(catalogue):
    real = load_catalogue(ROOT / "data" / "catalogue").partners
    assert real and catalogue.partners and not set(real) & set(catalogue.partners)


def test_pages_depend_on_the_partners_that_are_in_force(tmp_path):
    known = project.knowledge(DEMO, ROOT)
    assert "the catalogue/own/partners.yml" in known
    assert "the catalogue/partners.yml" not in known
    assert any(name.startswith("the partners/own/") for name in known)
