"""What differs is told where it stands, and what does not differ is never told."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.review.comparison import compare, differences, told

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x))


def places(name: str, first: bytes, second: bytes) -> list[tuple[str, str, str]]:
    found = differences(name, first, second)
    return [(told(one.where), told(one.published), told(one.remade)) for one in found]


def archive(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(("name", "first", "second", "found"), [
    ("a.csv", "n,x\n1,2\n3,4\n", "n,x\n1,2\n3,5\n", ("line 3, x", "4", "5")),
    ("a.json", '{"a": {"b": [1, "x"]}}', '{"a": {"b": [1, "y"]}}', ("a.b[1]", "x", "y")),
    ("a.ipynb", '{"c": "u\\nv"}', '{"c": "u\\nw"}', ("c, line 2", "v", "w")),
    ("a.css", "p {}\nb {}", "p {}\ni {}", ("line 2", "b {}", "i {}")),
    (
        "a.html",
        '<h2 id="x">A</h2>\n<p>7,9</p>',
        '<h2 id="x">A</h2>\n<p>7,8</p>',
        ("line 2, in #x, text", "7,9", "7,8"),
    ),
    ("a.svg", '<g aria-label="5"/>', '<g aria-label="6"/>',
     ("line 1, aria-label of <g>", "5", "6")),
    ("a.html", "<p>a", "<p >a", ("byte 2", "3e 61", "20 3e 61")),
])  # fmt: skip
def test_a_difference_is_told_by_its_place(name, first, second, found):
    assert places(name, first.encode(), second.encode()) == [found]


def test_a_row_that_was_taken_out_is_told_where_it_was():
    assert places("a.csv", b"n\n1\n2\n3\n", b"n\n1\n3\n") == [("line 3, n", "2", "(nothing)")]


def test_what_an_addition_has_moved_does_not_differ():
    """Else a new line would hide among all those below it."""
    page = [f"<p>{number}</p>" for number in range(100)]
    first, second = ("\n".join(lines).encode() for lines in (page, [*page[:9], "<i>", *page[9:]]))
    found = places("a.html", first, second)
    assert [one[2] for one in found if one[2].strip()] == ["<i>"] and len(found) == 2
    listed = [json.dumps({"a": rows}).encode() for rows in ([1, 2, 3, 4], [1, 9, 2, 3, 4])]
    assert places("a.json", *listed) == [("a[1]", "(nothing)", "9")]


def test_an_estimate_that_differs_is_told_with_what_it_measures():
    head = "indicator,product,estimate,source\n"
    first, second = (f"{head}visits,boamp,{n},boamp@{n}a000000\n".encode() for n in (1, 2))
    assert places("a.csv", first, second)[0] == ("line 2, estimate of visits boamp", "1", "2")


def test_a_file_in_an_archive_is_told_by_its_name_and_place():
    first, second = archive(**{"a.csv": "n\n1\n"}), archive(**{"a.csv": "n\n2\n"})
    assert places("x.zip", first, second) == [("a.csv: line 2, n", "1", "2")]


@pytest.mark.parametrize("name", ["a.pdf", "a.xlsx", "a.zip", "a.json", "a.html", "a.csv", "a.png"])
def test_what_cannot_be_read_is_told_by_its_first_byte(name):
    (found,) = differences(name, b"\xff\x00\xfe1", b"\xff\x00\xfe2")
    assert told(found.where) == "byte 3" and not found.is_close


@pytest.mark.parametrize(("first", "second"), [
    ("f3e1301333468324e9538de3941f1294", "f2e1301333468324e9538de3941f1294"),  # both endless
    ("12345678901234567890abcdefabcdef", "12345678901234567891abcdefabcdef"),
    ("boamp@3e130000", "boamp@2e130000"),
])  # fmt: skip
def test_a_digest_that_differs_is_never_taken_for_a_number_that_is_close(first, second):
    texts = [json.dumps({"data": text}).encode() for text in (first, second)]
    (found,) = differences("manifest.json", *texts)
    assert not found.is_close


def test_numbers_within_the_tolerance_are_close_and_others_are_not():
    def is_close(name: str, first: str, second: str) -> bool:
        (found,) = differences(name, first.encode(), second.encode())
        return found.is_close

    assert is_close("a.json", '{"n": 0.30000000000000004}', '{"n": 0.3}')
    assert not is_close("a.json", '{"n": 0.3001}', '{"n": 0.3}')
    assert is_close("a.svg", '<path d="M 10.001 5"/>', '<path d="M 10.002 5"/>')
    assert not is_close("a.svg", '<path d="M 10.001 5"/>', '<path d="M 10.1 5"/>')
    assert not is_close("a.html", "<p>7,9</p>", "<p>7,8</p>")
    assert not is_close("a.csv", "n\n1\n", "n\none\n")


def test_many_places_are_told_five_and_how_many_more(tmp_path):
    for folder, text in (("a", "1\n" * 50), ("b", "2\n" * 50)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(text, encoding="utf-8")
    found = compare(tmp_path / "a", tmp_path / "b", "x.txt")
    assert told(found[-1].where) == "and 45 more places" and len(found) == 6


def test_of_many_places_those_that_say_most_are_told(tmp_path):
    """What is measured, not the digests of the data that come before it."""
    for folder, digest, mark in (("a", "0a1b2c3d", "7.9"), ("b", "4e5f6a7b", "7.8")):
        (tmp_path / folder).mkdir()
        rows = [f"boamp@{digest},5" for _ in range(50)]
        text = "\n".join(["source,estimate", *rows, f"boamp@{digest},{mark}"])
        (tmp_path / folder / "x.csv").write_text(text, encoding="utf-8")
    first = compare(tmp_path / "a", tmp_path / "b", "x.csv")[0]
    assert (told(first.where), first.published) == ("line 52, estimate of boamp@0a1b2c3d", "7.9")


@given(VALUES, VALUES)
def test_two_values_differ_in_some_place_exactly_where_they_are_not_the_same(a, b):
    first, second = json.dumps(a).encode(), json.dumps(b).encode()
    assert bool(places("x.json", first, second)) == (first != second)


@examples(20)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_bytes_a_stranger_wrote_they_are_compared(a, b):
    for end in ("html", "pdf", "xlsx", "docx", "csv", "ipynb", "svg", "png", "txt"):
        assert bool(places(f"x.{end}", a, b)) == (a != b)
