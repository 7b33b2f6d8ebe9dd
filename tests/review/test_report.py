"""Who reads a review sees at once what is reproduced, and once what differs in many places."""

import re

from tests.site.axe import violations
from tests.site.conftest import dump as dump  # a real browser

from observlib import review as reviewing
from observlib.review import ReviewResult, grouped_findings, groups
from observlib.review.comparison import WHOLE_FILE, Difference, Place, Wording

STUDIES = {"satisfaction": "Satisfaction", "contacts": "Appels", "panorama": "Panorama", "x": "X_y"}
FILES = tuple(f"{name}.html" for name in STUDIES)
MARK = Difference("satisfaction.csv", Place("cell", 3, "estimate", "visits"), "7.9", "7.8")
NEAR = Difference("x/a.svg", Place("attribute", 9, "d", "<path>"), "10.001", "10.002", True)
GONE = Difference("contacts.pdf", WHOLE_FILE, Wording("absent"), Wording("not_absent"))
SHARED = [Difference(f"{x}.html", Place("text", 3), "le <b>", "un") for x in STUDIES if x != "x"]
FOUR = {"a": "Une étude", "b": "Une autre", "c": "La troisième", "d": "La quatrième"}
GROUPED = [*(f"{name}.{end}" for name in FOUR for end in ("html", "pdf")), "donnees/x.csv"]


def review(*differences: Difference, not_run: tuple[str, ...] = ()) -> ReviewResult:
    about = {"python": "3.13.1", "platform": "Linux"}
    of = ("2026-T3", "demonstration", "2026-11-16", "0a" * 20, "0" * 32, STUDIES, FILES)
    return ReviewResult(*of, differences, not_run, {"files": 3}, about)


def read(one: ReviewResult) -> str:
    return reviewing.page(one).replace("\u00a0", " ")


def test_the_page_says_which_studies_differ_and_what_differs_where_in_french():
    text = read(review(MARK, NEAR, GONE, *SHARED, not_run=("data: the store is another",)))
    assert "| satisfaction.csv | ligne 3, estimate (visits) | 7.9 | 7.8 |" in text
    assert "| contacts.pdf | le fichier | est absent | est dans son manifeste |" in text
    assert "le \\<b\\> | un | Satisfaction, Appels et Panorama |" in text
    assert "## Dans la tolérance" in text and "## Ce qui manque pour la refaire" in text
    assert not re.search(r"\bline \d|\(nothing\)|is absent", text)
    assert "Ses chiffres sont synthétiques." in text
    first = text[: text.index("## ")]
    assert "**Verdict : différente.**" in first
    assert "**Différentes (2)** : [Satisfaction](#satisfaction) et [Appels](#contacts)." in first
    assert "seulement par ce qui change dans plusieurs études (1)** : Panorama." in first


def test_the_terminal_and_json_are_in_english_and_name_the_study():
    found = review(MARK, GONE, *SHARED)
    told = reviewing.report_lines(found)
    assert told[0].startswith("Satisfaction, Appels, Panorama: satisfaction.html: line 3, text: ")
    assert "Appels: contacts.pdf: the file: published 'is absent'" in told[2]
    known = found.as_dict()
    assert known["differences"][0]["where"] == "line 3, estimate of visits"
    assert known["studies"][1] == {
        "name": "contacts", "title": "Appels", "verdict": "differs", "files": 2,
        "differing": ["contacts.html", "contacts.pdf"],
    }  # fmt: skip


def test_no_page_of_a_review_breaks_a_rule_of_axe(dump, tmp_path):
    reviewing.write_report(
        review(MARK, NEAR, GONE, *SHARED, not_run=("data: is another",)), tmp_path
    )
    (tmp_path / reviewing.JSON).unlink()
    assert [*violations(tmp_path, dump).values()] == [[]] * 3


def text(file: str, published: str, remade: str, line: int = 1) -> Difference:
    return Difference(file, Place("text", line), published, remade)


def test_each_study_has_its_verdict_and_what_belongs_to_none_has_its_own():
    near = Difference("b/fig-x.svg", Place("text", 1), "1.001", "1.002", is_close=True)
    found = groups(GROUPED, FOUR, [text("a.html", "7,9", "7,8"), near], ())
    verdicts = [(one.name, one.verdict) for one in found]
    assert verdicts == [
        ("a", "differs"), ("b", "within tolerance"), ("c", "reproduced"), ("d", "reproduced"),
        ("data", "reproduced"),
    ]  # fmt: skip
    assert (found[0].files, found[0].differing) == (2, ("a.html",))
    assert [one.called("fr") for one in found[3:]] == ["La quatrième", "Les données de l'édition"]
    # a study that could not be made again is not called reproduced
    found = groups(GROUPED, FOUR, [text("a.html", "7,9", "7,8")], ["the data is not here"])
    assert [one.verdict for one in found] == ["differs", *["cannot be run"] * 4]


def test_what_changed_in_many_studies_is_told_once():
    many = [text(f"{name}.html", "7,9", "7,8", line) for line, name in enumerate("abc")]
    own = text("a.pdf", "bon", "mauvais")
    several, alone = grouped_findings(groups(GROUPED, FOUR, [*many, own], ()))
    assert [[*one.places] for one in several] == [["a", "b", "c"]]
    assert {name: [one.first for one in found] for name, found in alone.items()} == {"a": [own]}
    # but a file that is absent in each is told in each
    gone = [
        Difference(f"{name}.pdf", WHOLE_FILE, Wording("absent"), Wording("not_absent"))
        for name in FOUR
    ]
    several, alone = grouped_findings(groups(GROUPED, FOUR, gone, ()))
    assert several == [] and [*alone] == [*FOUR]


def test_digests_that_follow_from_a_changed_table_are_summed_up():
    words = ("ratings ({}).", "`ratings` ({}), `sales`", "source: jdma@{}", "{}")
    found = [
        text(f"{name}.html", word.format("94110baf"), word.format("b5ac1f83"))
        for name, word in zip(FOUR, words, strict=True)
    ]
    other = text("a.pdf", "a sheet (0a1b2c3d)", "a sheet (4e5f6a7b)")
    several, alone = grouped_findings(groups(GROUPED, FOUR, [*found, other], ()))
    assert len(several) == 1 and len(several[0].files) == 4 and alone == {}
    _, alone = grouped_findings(groups(GROUPED, FOUR, [other], ()))
    assert [one.first for one in alone["a"]] == [other]  # where nothing else tells of it


def test_what_is_measured_comes_before_what_is_read_and_drawn():
    drawn = Difference("a/fig-x.svg", Place("attribute", 1, "d", "<path>"), "M 1 2", "M 1 3")
    read = text("a.html", "7,9", "7,8")
    measured = Difference("a.csv", Place("cell", 2, "estimate"), "7.9", "7.8")
    _, alone = grouped_findings(groups(GROUPED, FOUR, [drawn, read, measured], ()))
    assert [one.first for one in alone["a"]] == [measured, read, drawn]
