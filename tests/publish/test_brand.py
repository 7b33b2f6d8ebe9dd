"""Another agency's brand is followed by all that is published, or refused with what to mend."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import pytest
import yaml
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from observlib.display import brand, style
from observlib.errors import ObservError
from observlib.publish import publish
from observlib.publish.project import read_project
from observlib.publish.quarto import stage

GREEN = "#0b5d3b"
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
BRAND = {
    "meta": {"name": {"full": "Observatoire de l’eau (invention)", "short": "Eau"}},
    "logo": {"images": {"goutte": {"path": "goutte.svg", "alt": "Une goutte"}}, "medium": "goutte"},
    "color": {"palette": {"sapin": GREEN}, "primary": "sapin", "foreground": "#10201a"},
    "typography": {
        "fonts": [{"family": "Marque", "source": "file", "files": ["letters/marque.ttf"]}],
        "base": "Marque",
        "headings": {"family": "Marque"},
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    folder: Path = sample.make_project(tmp_path_factory.mktemp("brand") / "project")
    (folder / "goutte.svg").write_text(LOGO, encoding="utf-8")
    (folder / "letters").mkdir()
    font = TTFont(FONT)  # of a name that no machine has
    for record in font["name"].names:
        font["name"].setName(
            "Marque", record.nameID, record.platformID, record.platEncID, record.langID
        )
    font.save(folder / "letters" / "marque.ttf")
    write(folder, BRAND)
    return folder


def write(folder: Path, told: Any) -> None:
    (folder / brand.FILE).write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def site(project: Path) -> Path:
    return publish(project, project.parent / "site", "embedded").parent


def test_pages_have_the_brand_s_name_logo_colour_and_letters(site):
    page = (site / "panorama.html").read_text(encoding="utf-8")
    assert '<img src="goutte.svg" alt="Une goutte"> Observatoire de l’eau' in page
    css = (site / "access.css").read_text(encoding="utf-8")
    assert f"--accent: {GREEN};" in css and '--sans: "Marque"' in css
    assert 'src: url("letters/marque.ttf")' in css
    assert (site / "letters" / "marque.ttf").is_file()
    assert GREEN in (site / "favicon.svg").read_text(encoding="utf-8")


def test_the_house_s_colour_is_left_in_nothing_that_is_published(site):
    texts = {
        path: path.read_bytes()
        for path in site.rglob("*")
        if path.suffix in (".html", ".svg", ".css")
    }
    left = re.compile(re.escape(style.ACCENT).encode(), re.IGNORECASE)
    assert [path.name for path, text in texts.items() if left.search(text)] == []
    with zipfile.ZipFile(site / "panorama.docx") as document:
        looks = document.read("word/styles.xml").decode()
    assert GREEN[1:].upper() in looks and style.ACCENT[1:].upper() not in looks


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="needs poppler's pdffonts")
@pytest.mark.parametrize("name", ["panorama.pdf", "edition-2026-T3.pdf"])
def test_paper_is_set_in_the_brand_s_letters(site, name):
    told = subprocess.run(["pdffonts", str(site / name)], capture_output=True, check=True).stdout
    assert b"Marque" in told and b"Libertinus" not in told


def test_drawings_have_the_brand_s_colour_and_its_shades():
    drawing = f"<path fill='{style.ACCENT.upper()}'/><path fill='#CACAFB'/><path fill='#298641'/>"
    made = brand.Brand(primary=GREEN).recoloured(drawing.encode()).decode()
    assert re.findall("#[0-9a-f]{6}", made) == [
        GREEN,
        brand.mixed(GREEN, "#ffffff", 0.2),
        "#298641",
    ]
    assert brand.Brand().recoloured(drawing.encode()) == drawing.encode()


def test_quarto_is_handed_the_brand_and_without_one_the_house_s_colour(project, tmp_path, sample):
    stage(read_project(project), [], lambda _: None, tmp_path / "branded")  # type: ignore[arg-type]
    told = yaml.safe_load((tmp_path / "branded" / brand.FILE).read_text(encoding="utf-8"))
    assert told["color"]["primary"] == GREEN and told["typography"]["base"] == "Marque"
    assert told["logo"]["images"]["logo"] == {"path": "goutte.svg", "alt": "Une goutte"}
    assert (tmp_path / "branded" / "goutte.svg").is_file()
    plain = sample.make_project(tmp_path / "plain")
    stage(read_project(plain), [], lambda _: None, tmp_path / "house")  # type: ignore[arg-type]
    told = yaml.safe_load((tmp_path / "house" / brand.FILE).read_text(encoding="utf-8"))
    assert told["color"]["primary"] == style.ACCENT


@given(
    st.dictionaries(
        st.sampled_from(["meta", "logo", "color", "typography"]),
        st.recursive(
            st.none() | st.text(max_size=5) | st.integers(),
            lambda inside: (
                st.lists(inside, max_size=2)
                | st.dictionaries(
                    st.sampled_from(
                        ["name", "medium", "palette", "primary", "fonts", "base", "path"]
                    ),
                    inside,
                    max_size=3,
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_no_brand_however_wrong_ends_in_a_traceback(tmp_path_factory, told):
    folder = tmp_path_factory.mktemp("wrong")
    write(folder, told)
    with contextlib.suppress(ObservError):
        brand.read(folder)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"color": {"primary": "#9fd8ff"}}, r"color.primary #9fd8ff on .* #ffffff .* 1\.5.*; 4"),
        ({"color": {"background": "#8a8a8a"}}, r"a chart's line #B478F1 on .* #8a8a8a"),
        ({"color": {"primary": "vert"}}, "'vert' is no colour; write it in quotes, as '#000091'"),
        ({"logo": "goutte.svg"}, "goutte.svg has no alternative text; add `alt: …`"),
        ({"logo": {"medium": {"path": "../a.svg", "alt": "A"}}}, r"'\.\./a\.svg' is no file"),
        (
            {"typography": {"fonts": [{"family": "Lato", "source": "google"}]}},
            "Lato is of google, which readers' browsers would be sent to",
        ),
    ],
)  # fmt: skip
def test_a_wrong_brand_is_refused_with_what_to_mend(project, tmp_path, told, problem):
    (tmp_path / "goutte.svg").write_text(LOGO, encoding="utf-8")
    write(tmp_path, told)
    with pytest.raises(ObservError, match=problem):
        brand.read(tmp_path)


colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours, colours)
def test_contrast_is_the_same_both_ways_and_at_most_that_of_black_on_white(one, other):
    assert brand.contrast(one, other) == brand.contrast(other, one)
    assert 1 <= brand.contrast(one, other) <= 21


@given(colours)
def test_links_are_seen_on_dark_pages_whatever_the_brand_s_colour(colour):
    night = brand.Brand(primary=colour).css().split("prefers-color-scheme")[1]
    (accent,) = re.findall(r"--accent: (#\w{6});", night)
    assert brand.contrast(accent, "#16161a") >= brand.TEXT
