"""What a page says of texts: findings in French, reasons for silence, and texts as nothing else."""

import pandas as pd
import pytest
from tests.texts import TEXTS, with_texts

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.themes.verbatims import sentences

Q = "2026-T3"


@pytest.fixture
def book(catalogue):
    return with_texts(catalogue)


def shares(**values: float) -> pd.DataFrame:
    return estimates.make(
        {
            "indicator": "text_share", "product": "boamp", "device": TEXTS, "period": Q,
            "group": "reading", "group_value": name, "unit": "%", "estimate": value,
            "ci_low": value - 4, "ci_high": value + 5, "n": 600, "n_eff": 80,
        }
        for name, value in values.items()
    )  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_what_is_read_most_is_said_first(book):
    said = plain(sentences.read(shares(Injustice=10, Colère=32), book, Q))
    assert said == (
        "Parmi les textes du 3e trimestre 2026 (Textes fictifs), 32 % expriment de la colère. "
        "Ensuite, 10 % expriment un sentiment d'injustice. Ceux qui écrivent l'ont "
        "choisi : ces parts sont celles de leurs textes, et non celles de tous les usagers."
    )
    feeling = plain(sentences.read(shares(**{"Ressenti négatif": 40}), book, Q))
    assert "40 % expriment un ressenti négatif." in feeling
    assert sentences.read(shares().head(0), book, Q) == sentences.themes(shares(), book) == ""


def test_each_silence_has_its_reason_and_a_kappa_its_number(book):
    refusals = pd.DataFrame(
        [[TEXTS, "Colère", "disagree"], [TEXTS, "Injustice", "few"], [TEXTS, "Relation", "few"]],
        columns=["device", "reading", "reason"],
    )
    kappas = estimates.make(
        [
            {
                "indicator": "coder_kappa", "device": TEXTS, "period": Q, "group": "reading",
                "group_value": "Colère", "estimate": 0.41, "ci_low": 0.2, "ci_high": 0.6, "n": 50,
                "unit": "sur 1",
            }
        ]
    )  # fmt: skip
    said = plain(sentences.unread(refusals, kappas, book))
    assert said == (
        "**Textes fictifs**. Aucune part n'est dite pour « Colère » : deux lecteurs ne voient "
        "pas cela assez souvent dans les mêmes textes. Leur accord est de 0,41 sur 1 (kappa). "
        "Aucune part n'est dite pour « Injustice » et « Relation » : deux personnes ont cherché "
        "cela dans moins de trente textes."
    )
    assert sentences.unread(refusals.head(0), kappas, book) == ""
    nobody = refusals.assign(reason="none")
    assert plain(sentences.unread(nobody, kappas, book)) == (
        "Personne n'a relu de textes : Textes fictifs."
    )
    for reason in ("one", "skipped", "alike"):
        assert len(sentences.unread(refusals.head(1).assign(reason=reason), kappas, book)) > 55


def test_the_first_theme_of_each_product_is_told_or_of_a_device_where_there_is_none(book):
    row = {"indicator": "text_theme_share", "period": "2025-10/2026-09", "group": "text_theme"}
    row |= {"unit": "%", "n": 400}
    found = estimates.make(
        [
            {**row, "product": "boamp", "group_value": "page, lien", "estimate": 9},
            {**row, "product": "boamp", "group_value": "recherche, avis", "estimate": 24},
            {**row, "device": TEXTS, "group_value": "guichet, attente", "estimate": 12},
        ]
    )
    said = plain(sentences.themes(found, book))
    assert said == (
        "Sur un an, les mots qui reviennent le plus ensemble sont « recherche, avis » (BOAMP, 24 % "
        "des textes). Textes fictifs : « guichet, attente » (12 %)."
    )


def test_a_text_is_shown_as_text_whatever_it_holds(book):
    """What `may_be_quoted` refuses is refused again here by what makes Markdown of it."""
    nasty = "Un *mot*, [lien](javascript:x), <b>gras</b>, {{< env HOME >}}, $x$, `code`, @cite, #x"
    quoted = pd.DataFrame([["boamp", TEXTS, "recherche, avis", nasty]],
                          columns=["product", "device", "theme", "text"])  # fmt: skip
    shown = sentences.quotes(quoted, book).shown["text/markdown"]
    line = shown.splitlines()[-1]
    for sign in ("*mot", "[lien", "<b", "$x", "`code", "@cite", "#x"):
        assert f"\\{sign}" in line
    assert "\\{\\{\\<" in line
    assert line.startswith("- «") and line.rstrip().endswith("»")


def test_without_a_text_a_cell_names_what_is_absent(book):
    quoted = pd.DataFrame(columns=["product", "device", "theme", "text"])
    with pytest.raises(ObservError, match="no text to show"):
        sentences.quotes(quoted, book)


def test_themes_that_other_texts_would_not_give_are_said_to_be_untold():
    unstable = pd.DataFrame([["boamp", "", 2]], columns=["product", "device", "themes"])
    assert "ne reviennent pas" in sentences.untold(unstable)
    assert sentences.untold(unstable.assign(themes=0)) == ""
