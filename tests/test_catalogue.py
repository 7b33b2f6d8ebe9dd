import re
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import load_catalogue
from observlib.catalogue.tables import TABLES
from observlib.loaders import loader_names
from observlib.pipeline import project

MEAN = "comparison: mean\n  matters: 0.5"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalogue(tmp_path)


def edit(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first `old`; the line at which it stood."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ObservError) as error:
        load_catalogue(folder, loader_names(), TABLES)
    return error.value.problems


def test_the_project_s_own_catalogue_is_whole_and_every_count_says_it_has_no_interval(catalogue):
    assert len(catalogue.departments) == 7
    for device in catalogue.devices.values():
        assert device.loader in {*loader_names(), *catalogue.formats}
    counts = [entry for entry in catalogue.indicators.values() if entry.comparison == "count"]
    assert {"visits", "calls_offered", "units_sold"} <= {entry.id for entry in counts}
    for entry in counts:
        assert re.search("pas d'intervalle|sans intervalle", entry.method), entry.id
    assert catalogue.label("cnaf") == "CNAF"
    with pytest.raises(ObservError, match="no product or peer"):
        catalogue.label("nobody")
    people = project.reference("margins").groupby("variable")["people"].sum()
    assert people.nunique() == 1, "answers are weighted to the same people by age, sex and région"


def test_a_device_whose_loader_tells_of_one_product_names_it_before_anything_is_read(folder):
    line = edit(folder, "devices.yml", "  product: service-public\n", "")
    (problem,) = problems(folder)
    assert f"devices.yml:{line + 3}: 'matomo-service-public': key 'product' is missing" in problem
    assert "matomo_csv" in problem and "allowed: allo-service-public" in problem


@pytest.mark.parametrize(("content", "word"), [
    ("- just text", "an entry is a mapping"),
    ("- id: Not A Slug\n  label: y", "id is 'Not A Slug'"),
    ("- !!python/object/apply:os.system ['true']", "not valid YAML"),
    ("- id: é", "save the file as UTF-8"),
])  # fmt: skip
def test_a_damaged_file_is_one_line_and_no_traceback(folder, content, word):
    encoding = "latin-1" if "é" in content else "utf-8"
    (folder / "departments.yml").write_text(content, encoding=encoding)
    assert any("departments.yml" in p and word in p for p in problems(folder))


@pytest.mark.parametrize(("old", "new", "word"), [
    (MEAN, "matters: 0.5", "matters needs the key comparison"),
    (f"{MEAN}\n  headline: true", "headline: true", "headline needs the key comparison"),
    ("comparison: mean", "comparison: share", "share does not go with the unit 'sur 10'"),
    ("comparison: count", "comparison: interval", "allowed: count"),
])  # fmt: skip
def test_a_comparison_that_does_not_go_with_its_unit_is_told(folder, old, new, word):
    edit(folder, "indicators.yml", old, new)
    (problem,) = problems(folder)
    assert word in problem and "indicators.yml:" in problem


@pytest.mark.parametrize(("sign", "said"), [
    ("\\u202e", "holds U+202E, a sign that nobody sees; delete it"),
    ("\\x1b[31m", "holds U+001B"),
    ("\\n", "label: holds a tab or a line break; write it on one line"),
    ("\\r\\nBcc: a@exemple.invalid", "label: holds a tab or a line break"),
    ("=?utf-8?q?=0D=0ABcc:a@exemple.invalid?=", "holds '=?utf-8?q?', which mails decode"),
])  # fmt: skip
def test_a_label_that_could_deceive_a_reader_or_mail_is_told_at_its_line(folder, sign, said):
    name = "devices.yml"
    path = folder / name
    text = path.read_text("utf-8")
    (label,) = re.findall(r"(?m)^  label: ([^\"\n]+)$", text)[:1]
    line = edit(folder, name, f"  label: {label}\n", f'  label: "A{sign}b"\n')
    first = problems(folder)[0]  # then what names the entry
    assert f"{name}:{line}: " in first and said in first and first.isprintable()


def test_labels_and_texts_keep_their_accents_and_lines_and_hold_no_sign_that_nobody_sees(folder):
    label = "L’accueil n° 3\u202f: « été » – \u0646\u0645\u06cc\u200c\u062e 👩\u200d💻"
    edit(folder, "departments.yml", "Diffusion du droit", f'"{label}"')
    known = load_catalogue(folder, loader_names(), TABLES).departments["information-legale"]
    assert known.label == label
    # texts may have several lines
    text = (folder / "products.yml").read_text("utf-8")
    (first,) = re.findall(r"(?m)^  description: [^\n]+$", text)[:1]
    edit(folder, "products.yml", first, '  description: "Un.\\n\\nDeux."')
    assert load_catalogue(folder, loader_names(), TABLES)
    edit(folder, "products.yml", '"Un.\\n\\nDeux."', '"Un.\\n\\nDeux.\\u202e"')
    (problem,) = problems(folder)
    assert "holds U+202E" in problem
