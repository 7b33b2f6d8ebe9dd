"""Who reads a review reads its places in one language, whichever it is."""

from __future__ import annotations

import re
from pathlib import Path

from observlib.language import wording
from observlib.review import _readpdf, comparison
from observlib.review.comparison import Place, Word, told

SOURCE = Path(comparison.__file__).parent


def keys(language: str) -> set[str]:
    return {key.partition(".")[2] for key in comparison.TEXTS if key.startswith(f"{language}.")}


def test_both_languages_say_the_same_things_with_the_same_names():
    assert keys("en") == keys("fr")
    for key in keys("en"):
        english, french = (comparison.TEXTS[f"{language}.{key}"] for language in ("en", "fr"))
        assert sorted(wording.fields(english)) == sorted(wording.fields(french)), key


def test_every_kind_of_place_and_word_of_the_code_is_said():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py"))
    kinds = set(re.findall(r'(?:Place\(|_add\(|yield )"(\w+)"', code)) | {*_readpdf._SAID.values()}
    words = set(re.findall(r'Word\("(\w+)"', code))
    assert {"page", "alt", "comment", "cell", "member"} - kinds == {"member"} and len(words) > 5
    assert {f"places.{kind}" for kind in kinds} | {f"said.{word}" for word in words} <= keys("en")


def test_a_place_holds_whatever_a_stranger_named():
    place = Place("cell", 3, "{x}", "{number} %s", member="a{0}.csv")
    assert told(place) == "a{0}.csv: line 3, {x} of {number} %s"
    assert told(place, "fr") == "a{0}.csv : ligne 3, {x} ({number} %s)"
    assert (told("absent"), told(Word("absent"))) == ("absent", "is absent")
