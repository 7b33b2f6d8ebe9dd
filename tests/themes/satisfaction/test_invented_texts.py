"""What invented users write: many texts, and no invented person is left once it is redacted."""

import re

from observlib.confidentiality.redaction import redact
from observlib.themes.satisfaction.invented_texts import COUNT, written

PLANTED = re.compile(
    r"Martin|Durand|camille|Nadia|Bernard|Lucas|Sophie|Lambert|06 39|12/05/2014|AB-123|4f9a2c|"
    r"Tilleuls|Villefictive|00417"
)


def test_the_demonstration_stores_and_quotes_no_invented_person():
    left = [text for number in range(COUNT) if PLANTED.search(text := redact(written(number)))]
    assert not left


def test_some_of_its_texts_tell_of_people_so_that_redaction_is_seen_at_work():
    told = sum(bool(PLANTED.search(written(number))) for number in range(COUNT))
    assert 0.1 < told / COUNT < 0.3
