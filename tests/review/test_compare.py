"""What differs is told where it stands; a file made to be slow or huge is told in a line."""

import io
import json
import re
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.words import fields

from observlib.review import _readpdf, comparison
from observlib.review.comparison import Place, Wording, compare_files, differences, place_text

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x))
HEAVY = ("the whole file", "cannot be compared (too large or too slow to read)")
TEXT = b"BT /F 9 Tf (7,9) Tj ET "


def places(name: str, first: bytes, second: bytes) -> list[tuple[str, str, str]]:
    found = differences(name, first, second)
    return [
        (place_text(one.where), place_text(one.published), place_text(one.remade)) for one in found
    ]


def archive(**files: str | bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(("name", "first", "second", "found"), [
    ("a.csv", "n,x\n1,2\n3,4\n", "n,x\n1,2\n3,5\n", ("line 3, x", "4", "5")),
    ("a.csv", "n\n1\n2\n3\n", "n\n1\n3\n", ("line 3, n", "2", "(nothing)")),
    ("a.json", '{"a": {"b": [1, "x"]}}', '{"a": {"b": [1, "y"]}}', ("a.b[1]", "x", "y")),
    ("a.ipynb", '{"c": "u\\nv"}', '{"c": "u\\nw"}', ("c, line 2", "v", "w")),
    ("a.css", "p {}\nb {}", "p {}\ni {}", ("line 2", "b {}", "i {}")),
    ("a.html", '<h2 id="x">A</h2>\n<p>7,9</p>', '<h2 id="x">A</h2>\n<p>7,8</p>',
     ("line 2, in #x, text", "7,9", "7,8")),
    ("a.svg", '<g aria-label="5"/>', '<g aria-label="6"/>',
     ("line 1, aria-label of <g>", "5", "6")),
    ("a.html", "<p>a", "<p >a", ("byte 2", "3e 61", "20 3e 61")),
])  # fmt: skip
def test_a_difference_is_told_by_its_place(name, first, second, found):
    assert places(name, first.encode(), second.encode()) == [found]


def test_what_an_addition_has_moved_does_not_differ():
    page = [f"<p>{number}</p>" for number in range(100)]
    first, second = ("\n".join(lines).encode() for lines in (page, [*page[:9], "<i>", *page[9:]]))
    found = places("a.html", first, second)
    assert [one[2] for one in found if one[2].strip()] == ["<i>"] and len(found) == 2
    listed = [json.dumps({"a": rows}).encode() for rows in ([1, 2, 3, 4], [1, 9, 2, 3, 4])]
    assert places("a.json", *listed) == [("a[1]", "(nothing)", "9")]


def test_an_estimate_is_told_with_what_it_measures_and_a_file_in_an_archive_by_its_name():
    head = "indicator,product,estimate,source\n"
    first, second = (f"{head}visits,boamp,{n},boamp@{n}a000000\n".encode() for n in (1, 2))
    assert places("a.csv", first, second)[0] == ("line 2, estimate of visits boamp", "1", "2")
    first, second = archive(**{"a.csv": "n\n1\n"}), archive(**{"a.csv": "n\n2\n"})
    assert places("x.zip", first, second) == [("a.csv: line 2, n", "1", "2")]


@pytest.mark.parametrize("name", ["a.pdf", "a.xlsx", "a.zip", "a.json", "a.html", "a.csv", "a.png"])
def test_what_cannot_be_read_is_told_by_its_first_byte(name):
    (found,) = differences(name, b"\xff\x00\xfe1", b"\xff\x00\xfe2")
    assert place_text(found.where) == "byte 3" and not found.is_close


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
    assert is_close("a.json", '{"n": 1.0000000009}', '{"n": 1.0}')
    assert not is_close("a.json", '{"n": 1.0000000011}', '{"n": 1.0}')
    assert is_close("a.svg", '<path d="M 10.000 5"/>', '<path d="M 10.009 5"/>')
    assert not is_close("a.svg", '<path d="M 10.000 5"/>', '<path d="M 10.011 5"/>')
    assert not is_close("a.html", "<p>7,9</p>", "<p>7,8</p>")
    assert not is_close("a.csv", "n\n1\n", "n\none\n")


@pytest.mark.parametrize(("before", "after", "shown"), [
    (30, 59, f"{'a' * 30}x{'b' * 59}"), (31, 60, f"…{'a' * 30}x{'b' * 59}…"),
])  # fmt: skip
def test_a_text_is_told_around_the_first_letter_that_differs(before, after, shown):
    first = f"{'a' * before}x{'b' * after}"
    (one,) = places("a.css", first.encode(), first.replace("x", "y").encode())
    assert one == ("line 1", shown, shown.replace("x", "y"))


@pytest.mark.parametrize(("lines", "more"), [(5, []), (7, [Place("more", 2)])])
def test_five_places_of_a_file_are_told_and_how_many_more(tmp_path, lines, more):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.css").write_text(f"{folder}\n" * lines, encoding="utf-8")
    told = compare_files(tmp_path / "a", tmp_path / "b", "x.css")
    assert [one.where for one in told] == [*(Place("line", n) for n in range(1, 6)), *more]


def test_a_file_of_as_many_bytes_as_are_compared_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "MOST_COMPARED_BYTES", 4)
    assert found(tmp_path, "a.csv", b"n\n1\n", b"n\n2\n") == [("line 2, n", "1")]


def test_of_many_places_those_that_say_most_are_told(tmp_path):
    for folder, digest, mark in (("a", "0a1b2c3d", "7.9"), ("b", "4e5f6a7b", "7.8")):
        (tmp_path / folder).mkdir()
        rows = [f"boamp@{digest},5" for _ in range(50)]
        text = "\n".join(["source,estimate", *rows, f"boamp@{digest},{mark}"])
        (tmp_path / folder / "x.csv").write_text(text, encoding="utf-8")
    first = compare_files(tmp_path / "a", tmp_path / "b", "x.csv")[0]
    assert (place_text(first.where), first.published) == (
        "line 52, estimate of boamp@0a1b2c3d",
        "7.9",
    )


@given(VALUES, VALUES)
def test_two_values_differ_in_some_place_exactly_where_they_are_not_the_same(a, b):
    first, second = json.dumps(a).encode(), json.dumps(b).encode()
    assert bool(places("x.json", first, second)) == (first != second)


@examples(20)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_bytes_a_stranger_wrote_they_are_compared(a, b):
    for end in ("html", "pdf", "xlsx", "docx", "csv", "ipynb", "svg", "png", "txt"):
        assert bool(places(f"x.{end}", a, b)) == (a != b)


def pdf(drawn: bytes) -> bytes:
    """A PDF of one page, which draws something: small, however long that is."""
    packed = zlib.compress(drawn, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = b"xref\n0 6\n0000000000 65535 f \n" + table
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(content)
    return content + start + end


def workbook(row: int, column: int) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Notes")
        sheet.write(0, 0, 7.9)
        sheet.write(row, column, 1)
    return packed.getvalue()


def found(folder: Path, name: str, published: bytes, remade: bytes) -> list[tuple[str, str]]:
    for part, content in (("a", published), ("b", remade)):
        (folder / part).mkdir()
        (folder / part / name).write_bytes(content)
    return [
        (place_text(one.where), place_text(one.published))
        for one in compare_files(folder / "a", folder / "b", name)
        if not one.is_close
    ]


def test_a_pdf_and_a_workbook_as_editions_have_them_are_read(tmp_path):
    assert ("page 1", "7,9") in found(tmp_path, "a.pdf", pdf(TEXT), pdf(TEXT.replace(b"9)", b"8)")))
    other = workbook(1, 1)
    (tmp_path / "x").mkdir()
    assert found(tmp_path / "x", "a.xlsx", workbook(2, 1), other)[0][0].startswith("sheet Notes, ")


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems bound no memory")


@pytest.mark.parametrize(
    ("bounds", "name", "published", "remade"),
    [
        pytest.param({}, "a.pdf", lambda: pdf(b" " * 300_000_000), pdf(TEXT), marks=LINUX),
        pytest.param(
            {}, "a.xlsx", lambda: workbook(1_048_575, 16_383), workbook(1, 1), marks=LINUX
        ),
        ({"_SECONDS": 1}, "a.pdf", lambda: pdf(TEXT * 1_000_000), pdf(TEXT)),
        # each leaf is told with its whole way: 4 MB would be gigabytes of names
        (
            {"MOST_COMPARED_BYTES": 10_000},
            "a.json",
            b"[" * 200 + b"0," * 20 + b"0" + b"]" * 200,
            b"0",
        ),
        ({"MOST_COMPARED_BYTES": 1_000}, "a.zip", archive(a=b"0" * 1_001), archive(a=b"0" * 9)),
        ({"MOST_COMPARED_BYTES": 1_000}, "a.docx", archive(a=b"0" * 1_001), archive(a=b"0" * 9)),
        ({"MOST_COMPARED_BYTES": 1_000}, "a.csv", b"0" * 1_001, b"0"),
        ({"_MOST_PIECES": 10}, "a.csv", b"0\n" * 20, b"0"),
    ],
    ids=["PDF bomb", "XLSX bomb", "slow", "deep JSON", "zip", "docx", "large", "many lines"],
)
def test_what_is_too_large_or_slow_is_told(tmp_path, monkeypatch, bounds, name, published, remade):
    published = published() if callable(published) else published  # large ones take a while
    assert len(published) < 1_000_000
    for bound, value in bounds.items():
        monkeypatch.setattr(comparison, bound, value)
    assert found(tmp_path, name, published, remade) == [HEAVY]


@pytest.mark.parametrize("tag", ["<a ", "<a b=", '<a "', "<!--", "</a", "<?", "<!"])
def test_tags_without_end_are_read_once_and_not_from_each_of_them_again(tag):
    """The standard parser begins again at each: what it read grew by the square of their number."""
    page = f"<p>7,9</p>{tag * 10_000}"
    assert len(comparison.file_pieces("a.html", page.encode())) <= 4


def test_what_changed_in_an_archive_is_told_however_much_in_it_did_not(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison, "_MOST_PIECES", 20)
    long = "n\n" + "0\n" * 100
    packed = [archive(**{"long.csv": long, "short.csv": f"n\n{value}\n"}) for value in (7, 9)]
    (one,) = found(tmp_path, "a.zip", *packed)
    assert one[0].startswith("short.csv: line 2")


def keys(language: str) -> set[str]:
    return {key.partition(".")[2] for key in comparison._TEXTS if key.startswith(f"{language}.")}


def test_both_languages_say_every_kind_of_place_with_the_same_names():
    assert keys("en") == keys("fr")
    for key in keys("en"):
        english, french = (comparison._TEXTS[f"{language}.{key}"] for language in ("en", "fr"))
        assert sorted(fields(english)) == sorted(fields(french)), key
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(comparison.__file__).parent.glob("*.py")
    )
    named = re.findall(r'(?:Place\(|_add\(|yield |name = \()"(\w+)"', code)
    kinds = {*named, *_readpdf._SAID.values()}
    words = set(re.findall(r'Wording\("(\w+)"', code))
    assert {"page", "alt", "comment", "cell", "member"} - kinds == {"member"} and len(words) > 5
    assert {f"places.{kind}" for kind in kinds} | {f"said.{word}" for word in words} <= keys("en")
    # whatever a stranger named
    place = Place("cell", 3, "{x}", "{number} %s", member="a{0}.csv")
    assert place_text(place) == "a{0}.csv: line 3, {x} of {number} %s"
    assert place_text(place, "fr") == "a{0}.csv : ligne 3, {x} ({number} %s)"
    assert (place_text("absent"), place_text(Wording("absent"))) == ("absent", "is absent")
