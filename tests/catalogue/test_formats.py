"""Formats that lean on others: what they take of these, and what is told where there is none."""

import pytest

from observlib.catalogue.formats import load_formats
from observlib.catalogue.tables import TABLES

BASE = """label: Outil
table: audience
columns: {month: mois, visits: visites}
other_exports: {idVisit: a log of single visits is not read}
"""


@pytest.fixture
def formats(tmp_path):
    def load(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
        return load_formats([tmp_path], TABLES)

    return load


def test_a_format_like_another_adds_its_keys_to_the_other_s(formats):
    known, problems = formats(
        base=BASE,
        other="like: base\nlabel: Outil (JSON)\nlayout: {kind: json}\n"
        "columns: {visits: nb_visits}\nother_exports: {result: it failed}\n",
    )
    assert not problems
    assert known["other"].columns["visits"].headers == ("nb_visits",)
    assert known["other"].columns["month"].headers == ("mois",)
    assert list(known["other"].other_exports) == ["idVisit", "result"]
    assert known["base"].label == "Outil" and known["other"].layout.kind == "json"


def test_a_format_of_a_data_folder_may_be_like_one_of_the_project(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "base.yml").write_text(BASE, encoding="utf-8")
    (tmp_path / "own" / "mine.yml").write_text("like: base\nlabel: Le nôtre\n", encoding="utf-8")
    known, problems = load_formats([tmp_path, tmp_path / "own"], None)
    assert not problems and known["mine"].columns == known["base"].columns


@pytest.mark.parametrize(("text", "said"), [
    ("like: nowhere\nlabel: L\ntable: audience\n", "nowhere.yml"),
    (BASE + "instead: {autre: nowhere}\n", "`instead` names 'nowhere', which is none"),
])  # fmt: skip
def test_a_format_that_names_one_that_is_not_there_is_told(formats, text, said):
    _, problems = formats(other=text)
    assert any(said in problem for problem in problems)


WAIT, DAYS = "columns: {wait: [A]}\n", "columns:\n  day: date\n  visits: visits\n"


@pytest.mark.parametrize(("table", "text", "said"), [
    ("calls", "", "either `columns`, or `refused`"),
    ("call", "columns: {a: [A]}\n", "outil.yml:2: unknown table 'call'"),
    ("calls", "columns:\n  who: [A]\n", "outil.yml:4: unknown column 'who'"),
    ("calls", "columns: {wait: {}}\n", "either `headers` or a `value`"),
    ("calls", f"{WAIT}zone: Paris\n", "is no time zone"),
    ("calls", "columns: {moment: {headers: [A], forms: ['%Q']}}\n", "holds %Q; write iso, epoch"),
    ("calls", f"{WAIT}keep: [{{header: B}}]\n", "either `words`"),
    ("calls", "columns: {wait: [Nom]}\nnever_read: [nom]\n", "never to be read"),
    ("tickets", "columns: {answered: {headers: [A], after: received}}\n", "needs the column"),
    ("calls", f"{WAIT}layout: {{footer: '('}}\n", "is no regular expression"),
    ("calls", f"{WAIT}layout: {{nested: true}}\n", "header_row is 2 or more"),
    ("calls", f"{WAIT}layout: {{names_row: 2}}\n", "above the header, or one of skip_rows"),
    ("responses", "columns: {date: [A]}\nanswers: {option: '(a)'}\n", "the question and its"),
    ("responses", "columns: {date: [A]}\nanswers: {repeats: true}\n", "goes with `option` and"),
    ("calls", f"{WAIT}colour: blue\n", "unknown key 'colour'"),
    ("audience", "columns:\n  day: date\n", "the table audience needs visits"),
    ("audience", "columns:\n  visits: v\n", "needs day or month or start"),
    ("audience", "columns: {start: a, visits: v}\n", "needs the column 'end'"),
    ("audience", f"{DAYS}  bounces: {{headers: [b], of: clics}}\n", "not 'clics'"),
    ("audience", f"{DAYS}  visitors: {{headers: [b], of: visits}}\n", "`of` goes with"),
    ("ratings", "columns: {date: d, satisfaction: s}\n", "needs its `scale`"),
    ("ratings", "columns: {date: d, value: v}\n", "needs the column 'question'"),
    ("ratings", "columns: {date: d}\n", "needs value or satisfaction"),
    ("audience", f"made_on: LastUpdate\n{DAYS}", "made_on has one group"),
    ("ratings", "columns:\n  date: d\n  satisfaction: {headers: [s], scale: [1, 5], words: "
     "{bien: [Bien]}}\n", "'bien' is no mark"),
])  # fmt: skip
def test_a_mistake_in_a_format_is_told_with_its_place(formats, table, text, said):
    _, problems = formats(outil=f"label: O\ntable: {table}\n{text}")
    assert any(said in problem and "outil.yml:" in problem for problem in problems), problems
