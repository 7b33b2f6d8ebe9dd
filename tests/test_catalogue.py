import re
from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib.catalogue import load_catalogue
from observlib.catalogue.reading import parse, read_written
from observlib.errors import ObservError
from observlib.loaders import names
from observlib.tables import TABLES

ROOT = Path(__file__).parents[1]


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
        load_catalogue(folder, names(), TABLES)
    return error.value.problems


def test_the_project_s_own_catalogue_is_whole(catalogue):
    assert len(catalogue.departments) == 7
    for device in catalogue.devices.values():
        assert device.loader in names()


def test_a_new_source_of_a_known_format_needs_an_entry_and_no_code(folder):
    with (folder / "devices.yml").open("a", encoding="utf-8") as stream:
        stream.write(
            "- id: new-one\n  label: Nouveau\n  family: feedback\n  channel: web\n"
            "  owner: numerique\n  product: boamp\n  frequency: daily\n  personal_data: Aucune.\n"
            "  pattern: new_*.csv\n  loader: matomo_csv\n"
        )
    assert load_catalogue(folder, names(), TABLES).devices["new-one"].product == "boamp"


def test_a_device_whose_loader_tells_of_one_product_names_it_before_anything_is_read(folder):
    line = edit(folder, "devices.yml", "  product: service-public\n", "")
    (problem,) = problems(folder)
    assert f"devices.yml:{line + 3}: 'matomo-service-public': key 'product' is missing" in problem
    assert "matomo_csv" in problem and "allowed: allo-service-public" in problem


def test_all_errors_are_told_at_once_each_with_its_line(folder):
    lines = {
        edit(folder, "devices.yml", "channel: open_data", "channel: pigeon"): "pigeon",
        edit(folder, "devices.yml", "owner: vie-publique", "owner: nobody"): "nobody",
        edit(folder, "devices.yml", "loader: jdma", "loader: magic"): "magic",
        edit(folder, "devices.yml", "product: boamp", "product: bamop"): "bamop",
    }
    edit(folder, "indicators.yml", "better: higher", "betterr: higher")
    found = problems(folder)
    assert len(found) == 6  # the misspelt key is unknown, and the right one missing
    for line, word in lines.items():
        assert any(f"devices.yml:{line}:" in p for p in found if word in p)
    assert "open_data" in next(p for p in found if "pigeon" in p)


def test_a_key_given_twice_is_not_silently_the_last(folder):
    edit(folder, "products.yml", "  label: BOAMP\n", "  label: BOAMP\n  label: BODACC\n")
    assert any("'label' is given twice" in problem for problem in problems(folder))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "a list of entries"),
        ("id: x", "a list of entries"),
        ("- [", "not valid YAML"),
        ("- id: x\n\tlabel: y", "not valid YAML"),
        ("- just text", "an entry is a mapping"),
        ("- id: x\n  label: 2026-13-45", "dates are YYYY-MM-DD"),
        ("- id: Not A Slug\n  label: y", "id is 'Not A Slug'"),
        ("- !!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_damaged_file_is_one_line_and_no_traceback(folder, content, word):
    (folder / "departments.yml").write_text(content, encoding="utf-8")
    assert any("departments.yml" in p and word in p for p in problems(folder))


def test_aliases_of_aliases_are_read_once_and_one_of_itself_ends():
    text = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcd", "bcde", strict=True)
    )
    data, lines, problems = parse(text + "own: &o [*o]\n", Path("a.yml"), dict, "a mapping")
    assert not problems and len(data["e"]) == 9 and lines[("own",)] == 6
    assert len(lines) < 100


def test_a_file_that_is_nested_too_deeply_is_one_line_and_no_traceback():
    told = [parse("[" * n + "]" * n, Path("a.yml"), list, "a list")[2] for n in (50, 51, 5000)]
    assert list(map(len, told)) == [0, 1, 1]
    assert all("a.yml:1: not valid YAML" in told[n][0] and "nest" in told[n][0] for n in (1, 2))


@pytest.mark.parametrize("number", ["1:" * 500_000 + "1", "9" * 500_000, "1:" * 400 + "1.5"])
def test_a_number_beyond_all_is_one_line_and_no_traceback(number):
    _, _, (told,) = parse(f"a: {number}", Path("a.yml"), dict, "a mapping")
    assert "a.yml" in told and "not valid YAML" in told and len(told) < 200


def test_merges_of_merges_do_not_multiply():
    text = "a: &a {x: 1}\n" + "".join(
        f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 20)}]}}\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    _, _, (told,) = parse(text, Path("a.yml"), dict, "a mapping")
    assert "a.yml:2: not valid YAML: << is not read" in told


def test_a_file_of_windows_is_that_of_any_other(tmp_path):
    (tmp_path / "a.md").write_bytes(b"---\r\na: b\r\n---\r\n")
    assert read_written(tmp_path / "a.md") == "---\na: b\n---\n"


def test_a_latin_1_file_says_to_save_it_as_utf_8(folder):
    (folder / "departments.yml").write_bytes("- id: é".encode("latin-1"))
    assert any("save the file as UTF-8" in problem for problem in problems(folder))


def test_an_unknown_subject_has_no_label(catalogue):
    assert catalogue.label("cnaf") == "CNAF"
    with pytest.raises(ObservError, match="no product or peer"):
        catalogue.label("nobody")


def test_every_count_says_that_it_has_no_interval(catalogue):
    counts = [entry for entry in catalogue.indicators.values() if entry.comparison == "count"]
    assert {"visits", "calls_offered", "units_sold"} <= {entry.id for entry in counts}
    for entry in counts:
        assert re.search("pas d'intervalle|sans intervalle", entry.method), entry.id


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("comparison: mean\n  matters: 0.5", "matters: 0.5", "matters needs the key comparison"),
        ("comparison: mean", "comparison: share", "share does not go with the unit 'sur 10'"),
        ("comparison: share", "comparison: mean", "mean does not go with the unit '%'"),
        ("comparison: count", "comparison: interval", "allowed: count"),
        ("comparison: mean", "comparison: test", "comparison is 'test'"),
        ("matters: 0.5", "matters: 0", "greater than 0"),
    ],
)
def test_a_comparison_that_does_not_go_with_its_unit_is_told(folder, old, new, word):
    edit(folder, "indicators.yml", old, new)
    (problem,) = problems(folder)
    assert word in problem and "indicators.yml:" in problem
