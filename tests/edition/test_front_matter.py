"""Studies are read and checked before anything runs: every mistake of every notebook, at once."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.edition.plan import load_studies


def problems(folder: Path) -> str:
    with pytest.raises(ObservError) as caught:
        load_studies(folder)
    for problem in caught.value.problems:
        assert problem.startswith(f"{folder}/") and "\n" not in problem
    return str(caught.value)


def test_a_study_is_named_after_its_file_and_has_what_its_front_matter_says(tmp_path, make):
    make.write(tmp_path / "essai.ipynb")
    study = load_studies(tmp_path)["essai"]
    assert (study.title, study.order, study.question) == ("Essai", 10, "Que voit-on ?")
    assert {name: p.type for name, p in study.parameters.items()} == {
        "quarter": "quarter",
        "data": "data",
    }


def test_studies_come_in_the_order_of_their_pages_then_by_name(studies):
    text = "title: T\nquestion: Q ?\nparameters: {}\norder: "
    folder = studies(b=text + "2", z=text + "1", a=text + "2")
    assert list(load_studies(folder)) == ["z", "a", "b"]


def test_checkpoints_and_other_files_are_no_studies(tmp_path, make):
    make.write(tmp_path / "essai.ipynb")
    make.write(tmp_path / ".ipynb_checkpoints" / "essai-checkpoint.ipynb")
    (tmp_path / "notes.md").write_text("x", encoding="utf-8")
    assert list(load_studies(tmp_path)) == ["essai"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("title: a: b", "essai.ipynb, first cell:2: not valid YAML: mapping values"),
        ("title: [a", "not valid YAML"),
        ("just words", "holds one value; `key: value` is expected"),
        ("- a\n- b", "holds a list; `key: value` is expected"),
        ("title: T\ntitle: U", "essai.ipynb, first cell:3: key 'title' is given twice"),
        ("when: 2026-13-45", "month must be in 1..12"),
        ("title: T\norder: 1\nparameters: {}", "key 'question' is missing"),
        (
            "title: ''\norder: 1\nquestion: Q\nparameters: {}",
            "title is '': at least 1 characters are expected",
        ),
        (
            "title: T\norder: x\nquestion: Q\nparameters: {}",
            "order is 'x': a whole number is expected",
        ),
        (
            "title: T\norder: 1\nquestion: Q\nparameters: {}\nauthor: A",
            "unknown key 'author'; allowed: name",
        ),
        ("title: T\norder: 1\nquestion: Q\nparameters: {}\nname: A", "name: the file's name"),
        (
            "title: T\norder: 1\nquestion: Q\nparameters: {}\nneeds: [textes]",
            "needs: 'textes' is no tidy table; allowed: audience",
        ),
        ("title: T\norder: 1\nquestion: Q\nparameters: {}\n1: A", "a key is text, in quotes"),
    ],
)
def test_a_wrong_front_matter_is_told_with_its_file_and_key(tmp_path, make, header, told):
    make.write(tmp_path / "essai.ipynb", header=header)
    assert told in problems(tmp_path)


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ("{type: color}", "parameters.p.type is 'color': allowed: 'quarter'"),
        ("{typ: integer}", "key 'parameters.p.type' is missing"),
        ("{type: integer, min: 1}", "unknown key 'parameters.p.min'"),
        ("{type: choice}", "`choices` go with the type choice, and it needs them"),
        ("{type: integer, choices: [a]}", "`choices` go with the type choice"),
        ("{type: choice, choices: [a], maximum: 2}", "`minimum` and `maximum` go with"),
        ("{type: quarter, each: true}", "`each` goes with the types product, device, partner"),
    ],
)
def test_a_parameter_that_could_never_be_given_is_refused(studies, parameter, told):
    header = f"title: T\norder: 1\nquestion: Q\nparameters:\n  p: {parameter}"
    assert told in problems(studies(essai=header))


def test_parameters_of_the_cell_and_the_front_matter_must_be_the_same(tmp_path, make):
    make.write(tmp_path / "essai.ipynb", parameters='quarter = "2026-T3"\nyears: int = 3')
    told = problems(tmp_path)
    assert "parameter 'data' is declared and not in the parameters cell" in told
    assert "parameter 'years' is in the parameters cell and not declared" in told


def test_a_parameter_with_a_type_hint_is_assigned(tmp_path, make):
    make.write(tmp_path / "essai.ipynb", parameters='quarter: str = "2026-T3"\ndata = "data"')
    assert list(load_studies(tmp_path)) == ["essai"]


@pytest.mark.parametrize("cell", ["%matplotlib inline", "x = = 1", "x = '\x00'"])
def test_a_parameters_cell_that_is_no_python_is_told(tmp_path, make, cell):
    make.write(tmp_path / "essai.ipynb", parameters=cell)
    assert "the parameters cell is no Python" in problems(tmp_path)


@pytest.mark.parametrize("tags", [[], ["parameters", "parameters"]])
def test_there_is_exactly_one_parameters_cell(tmp_path, make, tags):
    path = make.write(tmp_path / "essai.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = notebook["cells"].pop()
    for number, tag in enumerate(tags):
        notebook["cells"].append(cell | {"id": f"c{number}", "metadata": {"tags": [tag]}})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert f"has {len(tags)} cells tagged `parameters`; one is needed" in problems(tmp_path)


def test_a_front_matter_that_is_not_a_raw_cell_is_refused_as_it_would_be_printed(tmp_path, make):
    path = make.write(tmp_path / "essai.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][0]["cell_type"] = "markdown"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "the first cell is no front matter: raw YAML" in problems(tmp_path)


def test_a_notebook_of_another_language_is_refused_before_python_runs_it(tmp_path, make):
    path = make.write(tmp_path / "essai.ipynb")
    text = path.read_text(encoding="utf-8").replace('"language": "python"', '"language": "R"')
    path.write_text(text, encoding="utf-8")
    assert "has no Python kernel" in problems(tmp_path)


def test_all_notebooks_problems_are_told_at_once(tmp_path, make):
    make.write(tmp_path / "a.ipynb", header="title: T")
    make.write(tmp_path / "b.ipynb", parameters="")
    make.write(tmp_path / "right.ipynb")
    (tmp_path / "c.ipynb").write_bytes(b"\xff\xfe")
    (tmp_path / "d.ipynb").mkdir()
    told = problems(tmp_path)
    for name in "abcd":
        assert f"{name}.ipynb: " in told
    assert "right" not in told
    assert told.count("a.ipynb: front matter: ") == 3


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["nbformat", "nbformat_minor", "metadata", "cells", "cell_type", "source", "tags"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=60) | _json.map(lambda value: json.dumps(value).encode()))
def test_whatever_bytes_a_notebook_holds_the_answer_is_a_line(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("any")
    (folder / "essai.ipynb").write_bytes(content)
    problems(folder)
