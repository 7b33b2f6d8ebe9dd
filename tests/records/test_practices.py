"""Practice sheets are published whole and right, or every mistake in them is told at once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO
from tests.examples import examples
from tests.records.sheets import TOLD

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.records import active
from observlib.records.sheets import Practices, load_practices

PRACTICES = Path(__file__).parents[2] / "data" / "practices"
Load = Callable[..., Practices]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "practices"
    made.mkdir()
    shutil.copy(PRACTICES / "vocabulary.yml", made)
    return made


@pytest.fixture
def load(folder: Path, catalogue: Catalogue) -> Load:
    """Write one sheet of the front matter above but for some keys, and read it."""

    def run(body: str = "Un récit.", name: str = "fiche", **keys: object) -> Practices:
        front = {**TOLD["practices"]["good"], **keys}
        front = {key: value for key, value in front.items() if value != "..."}
        text = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
        (folder / f"{name}.md").write_text(f"---\n{text}---\n\n{body}\n", encoding="utf-8")
        return load_practices(folder, catalogue)

    return run


def faults(load: Load, **keys: object) -> list[str]:
    with pytest.raises(ObservError) as caught:
        load(**keys)
    return [problem.partition("practices/")[2] for problem in caught.value.problems]


@pytest.fixture(scope="module")
def shipped(catalogue: Catalogue) -> Practices:
    return load_practices(PRACTICES, catalogue, DEMO / "practices", invented=True)


def test_the_repository_s_sheets_are_ten_invented_ones_and_six_on_neighbours(shipped, catalogue):
    origins = [sheet.origin for sheet in shipped.sheets]
    assert (origins.count("demonstration"), origins.count("neighbour")) == (10, 6)
    assert len({sheet.peer for sheet in shipped.sheets} - {None}) == 6
    assert {sheet.department for sheet in shipped.sheets} == set(catalogue.departments)
    assert {sheet.verdict for sheet in shipped.sheets} == {"à refaire", "à adapter", "à éviter"}
    for sheet in shipped.sheets:
        assert 150 <= len(sheet.body.split()) <= 300, sheet.slug  # as a reader will read
        assert not sheet.peer or len(sheet.sources) >= 3, sheet.slug


def test_no_invented_sheet_is_beside_real_data_and_no_draft_published(catalogue, load):
    real = load_practices(PRACTICES, catalogue)
    assert real.sheets and {sheet.origin for sheet in real.sheets} == {"neighbour"}
    assert load(draft=True, verdict=None, contact=None, body="").sheets == ()
    assert len(load(draft=False).sheets) == 1


def test_a_sheet_is_read_with_its_text_and_the_newest_come_first(load, catalogue):
    assert load_practices(Path("nowhere"), catalogue).sheets == ()
    load(name="vieille", date="2020-01-01")
    text = "## Un titre\n\nLe 3939 a reçu 1 106 appels, soit 0,12 % [@kaplan1958]."
    found = load(body=text, days=2)
    assert [sheet.slug for sheet in found.sheets] == ["fiche", "vieille"]
    sheet = found.sheets[0]
    assert (sheet.origin, sheet.days, sheet.body) == ("own", 2.0, text)


@pytest.mark.parametrize(("keys", "said"), TOLD["practices"]["mistakes"])
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(load, keys, said):
    assert any(told.startswith(said) for told in faults(load, **keys)), faults(load, **keys)


def test_a_person_in_the_text_is_told_with_its_line_and_not_repeated(load):
    told = faults(load, body="Bien.\n\nÉcrire à a.b@exemple.invalid ou au 06.12.34.56.78.")
    assert [problem.split(":")[1] for problem in told] == ["17"]
    assert "an e-mail address and a telephone number" in told[0]
    assert "exemple.invalid" not in "".join(told) and "34" not in "".join(told)


@pytest.mark.parametrize(("name", "text", "said"), [
    ("fiche.md", "Un récit sans en-tête.", "fiche.md:1: does not start with a front matter"),
    ("fiche.md", "---\ntitle: a\ntitle: b\n---\nc\n", "fiche.md:3: key 'title' is given twice"),
    ("vocabulary.yml", None, "vocabulary.yml: file is missing"),
    ("vocabulary.yml", "tools: {a: A}\n", "it has `tools` and `methods`"),
    ("vocabulary.yml", "tools: {A b: A}\nmethods: {}\n", "key 'A b'"),
])  # fmt: skip
def test_a_front_matter_or_vocabulary_that_is_none_is_told(folder, catalogue, name, text, said):
    path = folder / name
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        load_practices(folder, catalogue)
    assert said in str(caught.value)


@given(content=st.binary(max_size=300) | st.text().map(lambda t: f"---\n{t}\n---\n{t}".encode()))
@examples(20)
def test_any_bytes_are_a_sheet_or_a_told_mistake(folder, catalogue, content):
    (folder / "fiche.md").write_bytes(content)
    try:
        load_practices(folder, catalogue)
    except ObservError as error:
        assert all("fiche.md" in problem for problem in error.problems)


def test_a_text_that_would_run_or_load_something_is_told_with_its_line(load):
    body = (
        "Un récit, `<b>` et `onclick`.\n\n<script>x()</script>\n[a](javascript:x)\n[b]{onclick=x}\n"
        "`c`{=html}\n{{< env HOME >}}\n![d](data:x)\n[e]: vbscript:x\n\n---\ntitle: f\n---\n\n"
        "```\n<iframe>\n```\n\n<!-- note --> <https://exemple.invalid> [g](/methode.qmd#a) 3 < 4"
    )
    told = [fault.partition(": ")[::2] for fault in faults(load, body=body)]
    first = int(told[0][0].removeprefix("fiche.md:"))
    assert [(int(place.removeprefix("fiche.md:")) - first, said) for place, said in told] == [
        (0, "holds HTML, '<script>'; write Markdown, or `code` where it is to be read"),
        (1, "holds an address, 'javascript:x'; " + ALLOWED),
        (2, "holds an attribute, 'onclick='; remove it"),
        (3, "holds a raw passage, '{=html}'; write Markdown"),
        (4, "holds a shortcode of Quarto, '{{<'; write what it would give"),
        (5, "holds an address, 'data:x'; " + ALLOWED),
        (6, "holds an address, 'vbscript:x'; " + ALLOWED),
        (8, "begins a front matter in the text, '---'; leave a line empty after it"),
    ]


@pytest.mark.parametrize(("body", "front"), [
    ("Titre\n---\nTexte", False),
    ("Un récit.\n\nTitre\n---\nTexte\n\nAutre titre\n===\nTexte", False),
    ("Un récit.\n\n---\nTexte", True), ("---\nTexte", True),
    ("Titre\n---\nfilters: [x]\n---\n", True), ("Titre\n---\nfilters: [x]\n...\n", True),
])  # fmt: skip
def test_a_heading_underlined_is_no_front_matter_unless_a_publisher_reads_one(body, front):
    assert bool(list(active(body))) == front


ALLOWED = "allowed: http, https, mailto, or a page of the site"
