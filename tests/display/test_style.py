"""Widths, places and colours of figures, and how an agency's brand is read and followed."""

import re
from itertools import pairwise
from pathlib import Path

import matplotlib
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.display.conftest import luminance

from observlib.base.errors import ObservError
from observlib.display import style

WRONG = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))["wrong"]
GREEN, BRICK = "#0b5d3b", "#8a2b0e"


def test_a_theme_is_as_wide_as_asked_and_leaves_nothing_behind():
    before = dict(matplotlib.rcParams)
    with style.theme(style.NARROW):
        assert style.width() == 270 and style.narrow() and style.part(120) == 90
        assert matplotlib.rcParams["font.size"] != before["font.size"]
    assert style.width() == 480 and not style.narrow() and style.part(120) == 160
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(("text", "width", "lines"), [
    ("Entreprendre.Service-public.fr", 110, ["Entreprendre.", "Service-public.fr"]),
    ("3939 Allô Service Public", 110, ["3939 Allô Service", "Public"]),
    ("porte-monnaie", 50, ["porte-", "monnaie"]), ("un deux", 500, ["un deux"]),
    ("anticonstitutionnel", 50, ["anticonst", "itutionnel"]), ("", 50, [""]),
])  # fmt: skip
def test_a_long_name_is_broken_where_words_are(text, width, lines):
    assert style.wrap(text, width).split("\n") == lines
    assert style.wrap("anticonstitutionnel mot", 50, cut=False) == "anticonstitutionnel\nmot"


@given(st.lists(st.sampled_from([*"ab .-/éM", "e\u0301"]), max_size=80), st.floats(20, 120))
def test_no_line_is_wider_than_its_room_and_no_accent_leaves_its_letter(letters, width):
    text = "".join(letters)
    lines = style.wrap(text, width).split("\n")
    assert all(style.text_width(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith("\u0301") for line in lines[1:])


def test_a_text_is_as_wide_as_its_widest_line_and_a_name_has_six_at_most():
    assert (
        style.text_width("Mot\nMots") == style.text_width("Mots") == pytest.approx(25.07, abs=0.01)
    )
    assert style.text_width("Mot", 21) == pytest.approx(2 * style.text_width("Mot"))
    assert style.text_width("Mot", weight="bold") > style.text_width("Mot")
    assert style.text_width("") == 0
    assert style.shortened("a\nb", 2) == "a\nb"
    assert style.clipped("M" * 1000) == "M" * 1000 and len(style.clipped("M" * 1001)) == 1001
    name = style.wrapped_name("M" * 90, 90)
    assert name.count("\n") == 5 and name.endswith("M…")


@given(st.lists(st.floats(0, 300), max_size=8), st.floats(1, 30))
def test_labels_never_overlap_and_stay_on_the_chart(wanted, gap):
    high = max(300.0, gap * len(wanted))
    placed = style.spread(wanted, gap, 0, high)
    in_order = sorted(placed)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(in_order))
    assert all(-1e-6 <= place <= high + 1e-6 for place in placed)
    pairs = sorted(zip(wanted, placed, strict=True))
    assert [p for _, p in pairs] == in_order or len(set(wanted)) < len(wanted)


@pytest.mark.parametrize(("wanted", "ends", "placed"), [
    ([100.0, 20.0], (0, 200), [100, 20]), ([100.0, 102, 20], (0, 200), [96, 106, 20]),
    ([0.0, 0, 0], (5, 15), [5, 15, 25]), ([195.0, 199], (0, 200), [190, 200]),
])  # fmt: skip
def test_labels_move_as_little_as_they_must(wanted, ends, placed):
    assert style.spread(wanted, 10, *ends) == placed


@pytest.mark.parametrize(("one", "other", "ratio"), [
    ("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.478089), ("#ff0000", "#ffffff", 3.998477),
    ("#00ff00", "#000000", 15.304), ("#0000ff", "#000000", 2.444),
    ("#000000", "#0a0a0a", 1.060705), ("#000000", "#0b0b0b", 1.066931),
])  # fmt: skip
def test_contrast_is_that_of_the_web_s_guidelines(one, other, ratio):
    assert style.contrast_ratio(one, other) == pytest.approx(ratio, abs=1e-6)


def test_a_colour_of_the_theme_has_one_for_dark_pages():
    sheet = (Path(__file__).parents[2] / "reports" / "drawings.css").read_text()
    dark = sheet.partition("prefers-color-scheme: dark")[2].partition("forced-colors")[0]
    told = dict(re.findall(r"--c-(\w{6}): #(\w{6})", dark))
    used = (*style.PALETTE, style.INK, style.GREY, style.FAINT)
    assert {colour[1:].lower() for colour in used} <= set(told)
    page = luminance(f"#{told['ffffff']}")
    for colour in (*style.PALETTE, style.INK, style.GREY):
        assert (luminance(f"#{told[colour[1:].lower()]}") + 0.05) / (page + 0.05) >= 3, colour


def css(_: object) -> str:
    """The style sheet of a brand, line by line."""
    font = style._Font("m.ttf", "Marque", "700", "italic")
    brand = style.Brand(primary=GREEN, heading=BRICK, base="Marque", fonts=(font,))
    assert brand.files == ["m.ttf"]
    return brand.css().replace("; ", ";\n")


test_a_brand_s_style_sheet_has_its_letters_and_shades_by_day_and_night = said.test(
    "style", {"the style sheet of a brand": css}, by_line=True
)


def test_a_drawing_on_paper_is_in_the_house_s_letters_where_a_brand_has_none():
    drawing = f'<svg font-family="{style.FONTS}" fill="{style.INK}"/>'.encode()
    assert f'"{style.PAPER},{style.FONTS}"'.encode() in style.Brand().on_paper(drawing)
    own = style.Brand(foreground=GREEN, base="M", fonts=(style._Font("m.TTF", "M"),))
    assert own.on_paper(drawing) == drawing.replace(style.INK.encode(), GREEN.encode())
    assert own.for_paper()["letters"] == own.for_paper()["headings"] == "M"
    web = style.Brand(base="M", fonts=(style._Font("m.woff2", "M"),))
    assert web.for_paper()["letters"] == style.PAPER
    assert own.recoloured(drawing, cells=True) == drawing


@pytest.mark.parametrize(("told", "problem"), WRONG)
def test_a_brand_written_wrong_is_refused_with_what_to_mend(tmp_path, told, problem):
    (tmp_path / "goutte.svg").write_bytes(b"")
    (tmp_path / style.FILE).write_text(told, encoding="utf-8")
    with pytest.raises(ObservError, match=problem):
        style.read_brand(tmp_path)


def test_a_brand_is_read_with_its_colours_logo_and_letters(tmp_path):
    for name in ("logo.svg", "l.ttf"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / style.FILE).write_text(
        "color: {palette: {a: b, b: '#0B5D3B'}, primary: a}\n"
        "logo: {small: logo.svg, images: {logo.svg: {path: logo.svg, alt: L}}}\n"
        "typography: {base: {family: L}, fonts: [{family: L, source: file, files: "
        "[{path: l.ttf, weight: 700}]}, {family: Arial, source: system}]}\n",
        encoding="utf-8",
    )
    font = style._Font("l.ttf", "L", "700")
    own = style.Brand(logo="logo.svg", alternative="L", primary=GREEN, base="L", fonts=(font,))
    assert style.read_brand(tmp_path) == own
    assert own.for_quarto()["typography"] == {"base": "L", "fonts": [
        {"family": "L", "source": "file", "files": [{"path": "l.ttf", "weight": "700"}]}
    ]}  # fmt: skip
    assert "logo" not in style.Brand().for_quarto()
