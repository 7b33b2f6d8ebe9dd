"""Texts that are quoted: none by which somebody is known, none that a page would run."""

from collections import Counter
from pathlib import Path

import pytest

from observlib.language.prose import plain
from observlib.themes.quotes import may_be_quoted, names_in

PLAIN = "Le formulaire est long, et le message d'erreur ne dit pas ce qui manque."
NAMES = Counter({"France": 11, "Connect": 10})


def test_an_ordinary_text_or_a_word_of_eleven_texts_may_be_quoted():
    assert may_be_quoted(PLAIN, NAMES)
    assert may_be_quoted(f"{PLAIN} Merci à [nom] pour son aide.", NAMES)
    long = "Très long ! J'attends depuis deux mois, en France aussi, une réponse."
    assert may_be_quoted(long, NAMES)
    text = f"{PLAIN} Téléservice saturé, téléservice fermé."
    assert not may_be_quoted(text, names_in([text] * 10))
    assert may_be_quoted(text, names_in([text] * 11))


MORE = [
    "[nom] et [téléphone]", "Le dossier 4512 attend.", "J'ai 7 enfants.", "Depuis le 12.03.2026.",
    "Au guichet de Trifouilly on attend.", "Avec Connect, rien.", "Josselin dit le contraire.",
    "Rose dit le contraire.", "Oukaci dit le contraire.", "Voir avec josselin, ou avec oukaci.",
    "Elle est née le douze mars mille neuf cent deux.", "Appelez le douze trente-quatre cinquante.",
    "Écrire à monsieur le maire chez gmail.", "Écrire à monsieur, orange point fr.",
    "Elle habite rue de la mairie.", "Écrire à zoe@exemple.invalid",
    "<img src=x onerror=alert()>", "{{< include secret >}}", "`x`{=html}",
    "[ici](javascript:alert())", "\u202eetirw\u202c", "\u2066caché\u2069",
]  # fmt: skip
OTHERS = ["Trop court.", PLAIN * 5, f"={PLAIN}", f"@{PLAIN}", f"{PLAIN}\u200b{PLAIN[:20]}"]


@pytest.mark.parametrize("text", [*(f"{PLAIN} {more}" for more in MORE), *OTHERS])
def test_what_singles_out_or_runs_or_hides_is_not_quoted(text):
    assert not may_be_quoted(text, NAMES)


def test_names_are_counted_once_a_text_and_common_words_are_none_where_a_sentence_begins():
    found = names_in(["Bonjour Paul. Paul est là, dit Paul.", "À Paris. Merci."])
    assert found == {"Paul": 1, "Paris": 1}
    found = names_in(["Marine dit non. Ludmila aussi. Le message est clair."])
    assert found == {"Marine": 1, "Ludmila": 1}


def test_none_of_the_known_attacks_is_quoted_or_it_stands_there_as_text():
    """What may be quoted is escaped as any label: see `language.prose.plain`."""
    attacks = (Path(__file__).parents[1] / "attacks.txt").read_text(encoding="utf-8")
    for line in filter(None, attacks.splitlines()):
        text = f"{PLAIN} {line}"
        if may_be_quoted(text, NAMES):
            assert not {"<", "{", "`", "$", "#"} & set(plain(text).replace("\\", "\\\\")) or (
                all(f"\\{sign}" in plain(text) for sign in "<{`$#" if sign in text)
            )
