"""What invented users write: many texts, and no invented person is left once it is redacted."""

import re

from observlib.confidentiality.redaction import redact
from observlib.themes.satisfaction.invented_texts import TEXTS

PLANTED = re.compile(
    r"Martin|Durand|camille|Nadia|Bernard|Lucas|Sophie|Lambert|06 39|12/05/2014|AB-123|4f9a2c|"
    r"Tilleuls|Villefictive|00417"
)


def test_the_demonstration_stores_and_quotes_no_invented_person():
    assert not [text for text in map(redact, TEXTS) if PLANTED.search(text)]


def test_some_of_its_texts_tell_of_people_so_that_redaction_is_seen_at_work():
    told = sum(bool(PLANTED.search(text)) for text in TEXTS)
    assert 0.1 < told / len(TEXTS) < 0.3 and len(set(TEXTS)) == len(TEXTS) > 300
