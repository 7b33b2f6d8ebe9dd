"""A mistake in YAML is one line that says how to mend it; names are in the order of French."""

from pathlib import Path

import pytest

from observlib.base import yaml_files
from observlib.base.errors import ObservError
from observlib.base.text import fold
from observlib.base.yaml_files import mapping, parse, read_front_matter, split_front_matter


@pytest.mark.parametrize(("text", "told"), [
    ("a: 1\nb: c: d", r"^page\.qmd:2: not valid YAML: mapping values .*; .* `: ` in quotes$"),
    ("a: [1", r"^page\.qmd:\d: not valid YAML: .*close what is open"),
    ("a: 1\nb: 2\na: 3", r"^page\.qmd:3: key 'a' is given twice .*; keep one$"),
    ("- a", r"^page\.qmd: holds a list; `key: value` is expected$"),
    ("a: 2026-13-45", r"^page\.qmd: not valid YAML: .*; dates are YYYY-MM-DD$"),
])  # fmt: skip
def test_a_mistake_is_one_line_with_its_place_and_how_to_mend_it(text, told):
    with pytest.raises(ObservError, match=told):
        mapping(text, "page.qmd")


def test_a_front_matter_is_read_back_its_lines_counted_and_a_text_without_is_all_body():
    header = {"title": "Été : « oui »", "order": 3, "long": "mot " * 400, "none": None}
    text = f"{yaml_files.as_front_matter(header)}Text"
    assert read_front_matter(text, "page.qmd") == (header, "Text")
    assert read_front_matter("Text\n", "page.qmd") == ({}, "Text\n")
    with pytest.raises(ObservError, match=r"^page\.qmd:3: "):
        read_front_matter("---\ntitle: A\ntitle: B\n---\nText", "page.qmd")
    for text in ("", "a", "---", "--- \ntitle: a", "----\na\n---\n"):
        assert split_front_matter(text) == ("", text)


def test_aliases_of_aliases_are_read_once_and_one_of_itself_ends():
    text = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcd", "bcde", strict=True)
    )
    data, lines, problems = parse(text + "own: &o [*o]\n", Path("a.yml"), dict, "a mapping")
    assert not problems and len(data["e"]) == 9 and lines[("own",)] == 6
    assert len(lines) < 100


def test_files_nested_too_deeply_or_merged_beyond_all_are_one_line():
    told = [parse("[" * n + "]" * n, Path("a.yml"), list, "a list")[2] for n in (50, 51, 5000)]
    assert list(map(len, told)) == [0, 1, 1]
    assert all("a.yml:1: not valid YAML" in told[n][0] and "nest" in told[n][0] for n in (1, 2))
    for number in ["1:" * 500_000 + "1", "9" * 500_000, "1:" * 400 + "1.5"]:
        _, _, (told,) = parse(f"a: {number}", Path("a.yml"), dict, "a mapping")
        assert "a.yml" in told and "not valid YAML" in told and len(told) < 200
    text = "a: &a {x: 1}\n" + "".join(
        f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 20)}]}}\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    _, _, (told,) = parse(text, Path("a.yml"), dict, "a mapping")
    assert "a.yml:2: not valid YAML: << is not read" in told


def test_a_file_of_windows_is_any_other_s_and_an_accent_ends_no_list(tmp_path):
    (tmp_path / "a.md").write_bytes(b"---\r\na: b\r\n---\r\n")
    assert yaml_files.read_text(tmp_path / "a.md") == "---\na: b\n---\n"
    regions = ["Île-de-France", "Provence-Alpes-Côte d'Azur", "Hauts-de-France", "La Réunion"]
    assert sorted(regions, key=fold) == [regions[2], regions[0], regions[3], regions[1]]
