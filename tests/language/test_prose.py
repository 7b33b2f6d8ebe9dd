"""Words from elsewhere stand in pages as they are written, and never as marks."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pypandoc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.examples import examples
from tests.records import sheets

from observlib import display, estimates
from observlib.base.text import as_cell
from observlib.catalogue import Catalogue
from observlib.display.output import caption_of, pipe_table
from observlib.language.prose import joined, markdown, one_line, plain, unmarked
from observlib.records.sheets import Practices, PracticeSheet
from observlib.study import narratives as say
from observlib.themes.practices.sentences import sheet_list

ATTACKS = (Path(__file__).parents[1] / "attacks.txt").read_text(encoding="utf-8").splitlines()
NOW = "2026-T3"
NONE = pd.DataFrame({"verdict": [], "reason": [], "reference_group_value": []})
# Quarto also makes links of bare addresses; without `smart` quotes and dashes stay to be compared
READER = "markdown+autolink_bare_uris-smart"
TEXT = {"Str", "Space", "SoftBreak"}


def read(source: str) -> list[Any]:
    return list(json.loads(pypandoc.convert_text(source, "json", format=READER))["blocks"])


def kinds(node: Any) -> set[str]:
    """The kinds of all elements of pandoc's tree."""
    if isinstance(node, list):
        return set().union(*map(kinds, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {node["t"]} if "t" in node else set()
    if own == {"Link"}:
        own = {f"Link to {node['c'][2][0]}"}
    return own | kinds(list(node.values()))


def said(node: Any) -> str:
    """The text of pandoc's tree."""
    if isinstance(node, list):
        return "".join(map(said, node))
    if not isinstance(node, dict):
        return ""
    if node.get("t") == "Str":
        return str(node["c"])
    return " " if node.get("t") in ("Space", "SoftBreak") else said(list(node.values()))


def squeezed(text: str) -> str:
    return " ".join(part for part in one_line(text).split(" ") if part)


SIGNS = st.text(st.sampled_from("aZ1 .:;,!?\\`*_{}[]()<>#+-=|~^$&@'\"/%\n\u00a0é-—🙂"), max_size=30)


@examples(8)
@given(st.lists(SIGNS | st.text(max_size=20), min_size=30, max_size=60))
@example(ATTACKS)
def test_any_text_is_shown_as_it_stands_and_marks_nothing(texts):
    texts = [text for text in texts if squeezed(text)]
    blocks = read("\n\n".join(map(plain, texts)))
    assert [squeezed(said(block)) for block in blocks] == [squeezed(text) for text in texts]
    assert {block["t"] for block in blocks} <= {"Para"}
    assert set().union(*(kinds(block["c"]) for block in blocks)) <= TEXT
    assert [unmarked(plain(text)) for text in texts] == [one_line(text) for text in texts]


def text_of(words: str) -> str:
    return display.text(words).shown["text/markdown"]


def row(indicator: str, group: str, **more: Any) -> dict[str, Any]:
    made = {"indicator": indicator, "period": NOW, "unit": "%", "group": group, "n": 90}
    return {**made, "estimate": 60.0, "ci_low": 50.0, "ci_high": 70.0, **more}


def poll(word: str, catalogue: Catalogue) -> str:
    less = {"estimate": 40.0, "ci_low": 30.0, "ci_high": 50.0}
    rows = row("poll_share", word, group_value=word), row("poll_share", word, group_value="Non")
    frame = estimates.make([rows[0], rows[1] | less])
    return text_of(say.polls.leading_option(frame, NONE, catalogue))


def poll_caption(word: str, catalogue: Catalogue) -> str:
    frame = estimates.make([row("poll_share", word, group_value=word)])
    return caption_of(say.polls.leading_option(frame, NONE, catalogue, caution=False), "chart")


def device(word: str, catalogue: Catalogue) -> Catalogue:
    """The catalogue with a device of that name and reservation."""
    known = catalogue.devices["jdma-legifrance"]
    made = known.model_copy(update={"label": word, "note": word})
    return catalogue.model_copy(update={"devices": {**catalogue.devices, made.id: made}})


def respondents(word: str, catalogue: Catalogue) -> str:
    share = row("profile_share", "status", device="jdma-legifrance")
    frame = estimates.make({**share, "group_value": value} for value in (word, "Autre chose"))
    compared = pd.DataFrame(columns=["device", "group", "verdict", "reason"])
    return text_of(say.profiles.respondents(frame, compared, device(word, catalogue)))


def listening(word: str, catalogue: Catalogue) -> str:
    known = device(word, catalogue)
    shown = say.products.listening_devices(estimates.make([]), known, ["jdma-legifrance"])
    return shown.shown["text/markdown"]


def action(word: str, catalogue: Catalogue) -> str:
    made = sheets.action(date="2020-01-01").model_copy(update={"title": word})
    return text_of(say.actions.too_old([made], "2028-T4", catalogue))


def sheet(word: str, catalogue: Catalogue) -> str:
    made = PracticeSheet.model_validate({**sheets.TOLD["practices"]["good"], "slug": "fiche"})
    made = made.model_copy(update={"title": word, "tool": "t"})
    practices = Practices((made,), {"t": word}, {})
    counts = {"indicator": "practices", "period": NOW, "unit": "fiches", "estimate": 1.0}
    frame = estimates.make([{**counts, "group": "tool", "group_value": word}])
    return sheet_list(frame, practices, catalogue, by="tool").shown["text/markdown"]


def cells(word: str, catalogue: Catalogue) -> str:
    return text_of(pipe_table({word: [word, "x"], "n": ["1", "2"]}))


def data(word: str, catalogue: Catalogue) -> str:
    frame = estimates.make([row("poll_share", word, group_value=value) for value in (word, "x")])
    return display.data_markdown(frame, catalogue)


TEXTS = TEXT | {"Para", "Plain", "Quoted", "SingleQuote", "DoubleQuote"}
LISTED = TEXTS | {"Strong", "BulletList", "DefinitionList", "Link to /practices/fiche.qmd"}
TABLE = TEXTS | {"Table", "AlignDefault", "AlignLeft", "AlignRight", "ColWidth", "ColWidthDefault"}
FAMILIES = {
    **dict.fromkeys((poll, poll_caption, action), TEXTS),  # any plain sentence is as the first
    **dict.fromkeys((respondents, listening, sheet), LISTED),
    **dict.fromkeys((cells, data), TABLE),
}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_label_of_an_export_or_the_catalogue_is_plain_text_on_any_page(family, catalogue):
    words = ATTACKS if family is poll else ATTACKS[::6]
    parts = [f"::: {{#a{i}}}\n{family(word, catalogue)}\n:::" for i, word in enumerate(words)]
    blocks = read("\n\n".join(parts))
    active = {}
    for word, block in zip(words, blocks, strict=True):
        found = kinds(block["c"][1]) - FAMILIES[family]
        if found or bare(word) not in bare(said(block["c"][1])):
            active[word] = (found, said(block["c"][1]))
    assert active == {}


def bare(text: str) -> str:
    """A text with the apostrophes of pages, without spaces and quotes, which typography changes."""
    return re.sub(r'[\s"“”«»]', "", one_line(text).replace("'", "’"))


def test_marks_are_ours_and_joined_signs_and_paragraphs_stay():
    assert text_of(markdown("**{}** : voir @fig-a.", "*x*")) == "**\\*x\\***\xa0: voir @fig-a."
    assert joined([markdown("*{}*", "a"), "b*"], " ") == "*a* b\\*"
    for text in ("می\u200cخواهم", "👩\u200d🔬", "l’été\u00a0: co\u00adopérer"):
        assert one_line(text) == as_cell(text) == text
    assert text_of("Un.\n\n1. Deux\nTrois.") == "Un.\n\n1\\. Deux Trois."


@pytest.mark.parametrize(
    "text",
    ["Avis \u202egnp\u202c", "A\u2066vis gnp\u2069", "A\u200bvis\ufeff gnp", "Avis \x1bgnp\x07",
     "Avis gnp\U000e0041\U000e007f"],
)  # fmt: skip
def test_a_label_neither_turns_nor_hides_what_stands_beside_it(text):
    assert plain(text) == as_cell(text) == "Avis gnp"
