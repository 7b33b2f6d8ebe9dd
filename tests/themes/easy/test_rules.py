"""Easy French: what is too long, counts too much or uses a hard word is named."""

import pytest

from observlib.themes.easy import common, faults, is_easy, sentences_of, terms

GLOSSARY = terms("Usager\n:   Toute personne.\n\nMédiane\n:   La moitié.\n")


def found(text, names=()):
    return list(faults(text, names, GLOSSARY))


def test_a_sentence_of_fifteen_words_is_read_and_one_of_sixteen_is_told():
    words = "nous avons vu que les gens ont fait ce qui est bon pour nous tous"
    assert found(f"{words.removesuffix(' tous')}.") == []
    assert found(f"{words} ici.")[0].endswith("has 16 words; easy French has 15 at most")


@pytest.mark.parametrize(
    "text",
    ["8 personnes sur 10 ont réussi.", "La page arrive le 15 février 2027.",
     "Il y a eu 38\u202f000 appels.", "La note est 7 sur 10.", "Le 3939 répond 3 fois."],
)  # fmt: skip
def test_a_share_of_ten_a_date_and_a_name_are_not_two_numbers(text):
    assert found(text, ["3939"]) == []


def test_two_numbers_in_a_sentence_are_told():
    assert "has 2 numbers" in found("Il y a 3 sites et 4 pages.")[0]


def test_a_word_that_nobody_explained_is_told_with_its_sentence():
    (told,) = found("La note est un quantile.")
    assert told.startswith("'quantile' of 'La note est un quantile.' is no common word")


def test_a_word_of_the_glossary_is_explained_the_first_time_and_known_from_then_on():
    assert found("Un **usager** est une personne. Les usagers sont là.") == []
    assert "explain it there, in bold" in found("Les usagers sont là. Un **usager** est ici.")[0]


def test_the_name_of_a_product_needs_no_explanation_and_marks_are_no_words():
    text = "**Légifrance**\\\nLa note [a bougé](x.ipynb).\n\n::: {.easy}\nOui.\n:::"
    assert found(text, ["Légifrance"]) == []
    assert sentences_of(text)[0] == "**Légifrance**"


def test_words_that_are_written_twice_or_conjugated_are_known():
    assert is_easy("Vouliez-vous les plus belles chaises, est-ce que c'est vrai ?")


def test_the_list_of_words_is_of_some_hundreds_and_holds_none_of_the_trade():
    assert 500 < len(common()) < 1500
    assert common().isdisjoint({"usager", "médiane", "indicateur", "statistique", "dispositif"})
