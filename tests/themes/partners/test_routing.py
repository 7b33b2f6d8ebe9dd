"""Routing: a text leads to whom it names, in any case and number, and to nobody by a mark."""

import pytest

from observlib.catalogue.partners import NOBODY, SEVERAL
from observlib.themes.partners import by_text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Mon PASSEPORT n'arrive pas", "Agence fictive des titres"),
        ("deux cartes d’identité perdues", "Agence fictive des titres"),
        ("Les tribunaux sont loin", "Autorité fictive"),
        ("le passeportage", NOBODY),  # a word is whole
        ("[numéro d'allocataire] rien d'autre", NOBODY),  # a mark is not what the user wrote
        ("[nom] demande une allocation", "Caisse fictive"),
        ("Une allocation, puis un litige", SEVERAL),
        ("Deux récépissés de la Préfecture fictive", "Préfecture fictive"),
        ("", NOBODY),
    ],
)
def test_a_text_leads_to_whom_its_words_name(catalogue, text, place):
    assert by_text(catalogue.partners)(text) == place
