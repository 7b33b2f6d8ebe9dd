"""Formats that lean on others: what they take of these, and what is told where there is none."""

import pytest

from observlib.catalogue import load_formats

BASE = """label: Outil
table: audience
columns: {month: mois, visits: visites}
other_exports: {idVisit: a log of single visits is not read}
"""


@pytest.fixture
def formats(tmp_path):
    """The formats of some texts by name, and what is wrong with them."""

    def load(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
        return load_formats([tmp_path], None)

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
