"""A reviewer is told by study, and once, what a single change has changed in many places."""

from __future__ import annotations

from observlib.review import changes, groups
from observlib.review.comparison import WHOLE, Difference, Place, Word

STUDIES = {"a": "Une étude", "b": "Une autre", "c": "La troisième", "d": "La quatrième"}
FILES = [*(f"{name}.{end}" for name in STUDIES for end in ("html", "pdf")), "donnees/x.csv"]


def text(file: str, published: str, remade: str, line: int = 1) -> Difference:
    return Difference(file, Place("text", line), published, remade)


def test_each_study_has_its_verdict_and_what_belongs_to_none_has_its_own():
    near = Difference("b/fig-x.svg", Place("text", 1), "1.001", "1.002", is_close=True)
    found = groups(FILES, STUDIES, [text("a.html", "7,9", "7,8"), near], ())
    verdicts = [(one.name, one.verdict) for one in found]
    assert verdicts == [
        ("a", "differs"), ("b", "within tolerance"), ("c", "reproduced"), ("d", "reproduced"),
        ("data", "reproduced"),
    ]  # fmt: skip
    assert (found[0].files, found[0].differing) == (2, ("a.html",))
    assert [one.called("fr") for one in found[3:]] == ["La quatrième", "Les données de l'édition"]


def test_a_study_that_could_not_be_made_again_is_not_called_reproduced():
    found = groups(FILES, STUDIES, [text("a.html", "7,9", "7,8")], ["the data is not here"])
    assert [one.verdict for one in found] == ["differs", *["cannot be run"] * 4]


def test_what_changed_in_many_studies_is_told_once():
    many = [text(f"{name}.html", "7,9", "7,8", line) for line, name in enumerate("abc")]
    own = text("a.pdf", "bon", "mauvais")
    several, alone = changes(groups(FILES, STUDIES, [*many, own], ()))
    assert [[*one.places] for one in several] == [["a", "b", "c"]]
    assert {name: [one.first for one in found] for name, found in alone.items()} == {"a": [own]}


def test_digests_that_follow_from_a_changed_table_are_summed_up():
    """One export that changed has hundreds of them."""
    words = ("ratings ({}).", "`ratings` ({}), `sales`", "source: jdma@{}", "{}")
    found = [
        text(f"{name}.html", word.format("94110baf"), word.format("b5ac1f83"))
        for name, word in zip(STUDIES, words, strict=True)
    ]
    other = text("a.pdf", "a sheet (0a1b2c3d)", "a sheet (4e5f6a7b)")
    several, alone = changes(groups(FILES, STUDIES, [*found, other], ()))
    assert len(several) == 1 and len(several[0].files) == 4 and alone == {}
    _, alone = changes(groups(FILES, STUDIES, [other], ()))
    assert [one.first for one in alone["a"]] == [other]  # where nothing else tells of it


def test_a_file_that_is_absent_in_each_study_is_told_in_each():
    gone = [
        Difference(f"{name}.pdf", WHOLE, Word("absent"), Word("not_absent")) for name in STUDIES
    ]
    several, alone = changes(groups(FILES, STUDIES, gone, ()))
    assert several == [] and [*alone] == [*STUDIES]


def test_what_is_measured_comes_before_what_is_read_and_drawn():
    drawn = Difference("a/fig-x.svg", Place("attribute", 1, "d", "<path>"), "M 1 2", "M 1 3")
    read = text("a.html", "7,9", "7,8")
    measured = Difference("a.csv", Place("cell", 2, "estimate"), "7.9", "7.8")
    _, alone = changes(groups(FILES, STUDIES, [drawn, read, measured], ()))
    assert [one.first for one in alone["a"]] == [measured, read, drawn]
