"""Another agency's brand is followed by all that is published, or refused with what to mend."""

import re
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
from matplotlib.colors import to_hex
from seaborn import blend_palette

from observlib.display import dots, style
from observlib.publish import publish
from observlib.publish.project import read_project
from observlib.publish.publishers import stage_pages

NIGHT = "#16161a"
GREEN, INK, BRICK = "#0b5d3b", "#10201a", "#8a2b0e"
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSerif.ttf"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
BRAND = {
    "meta": {"name": {"full": "Observatoire de l’eau (invention)", "short": "Eau"}},
    "logo": {"images": {"goutte": {"path": "goutte.svg", "alt": "Une goutte"}}, "medium": "goutte"},
    "color": {"palette": {"sapin": GREEN, "brique": BRICK}, "primary": "sapin", "foreground": INK},
    "typography": {
        "fonts": [{"family": "Marque", "source": "file", "files": ["letters/marque.ttf"]}],
        "base": "Marque",
        "headings": {"family": "Marque", "color": "brique"},
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
    (folder / style.FILE).write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def site(project: Path) -> Path:
    return publish(project, project.parent / "site", "embedded").parent


def test_pages_have_the_brand_s_name_logo_colour_and_letters(site):
    page = (site / "panorama.html").read_text(encoding="utf-8")
    assert '<img src="goutte.svg" alt="Une goutte"> Observatoire de l’eau' in page
    css = (site / "access.css").read_text(encoding="utf-8")
    assert f"--accent: {GREEN};" in css and '--sans: "Marque"' in css
    assert f"--heading: {BRICK};" in css
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
        letters = document.read("word/theme/theme1.xml").decode()
    assert GREEN[1:].upper() in looks and style.ACCENT[1:].upper() not in looks
    assert re.findall(r'<a:latin typeface="([^"]*)"', letters) == ["Marque", "Marque"]
    text, heading = looks.split("</w:rPrDefault>")[0], looks[looks.index('"Heading1"') :]
    assert f'w:val="{INK[1:].upper()}"' in text
    assert f'w:val="{BRICK[1:].upper()}"' in heading.split("</w:style>")[0]
    blues = {"0F4761", "365F91", "4F81BD"} & {*re.findall(r'<w:color w:val="(\w+)"', looks)}
    assert not blues, "pandoc's own"


def test_drawings_have_the_brand_s_colour_and_its_shades():
    drawing = f"<path fill='{style.ACCENT.upper()}'/><path fill='#CACAFB'/><path fill='#298641'/>"
    made = style.Brand(primary=GREEN).recoloured(drawing.encode()).decode()
    own, shade, other = re.findall("#[0-9a-f]{6}", made.lower())
    assert (own, other) == (GREEN, "#298641")
    red, green, blue = bytes.fromhex(shade[1:])
    assert green > blue > red, "it is the house's blue"
    assert style.contrast_ratio(shade, "#ffffff") == pytest.approx(
        style.contrast_ratio("#cacafb", "#ffffff"), rel=0.02
    )
    assert style.Brand().recoloured(drawing.encode()) == drawing.encode()


def test_quarto_is_handed_the_brand_and_without_one_the_house_s_colour(project, tmp_path, sample):
    stage_pages(read_project(project), [], lambda _: None, tmp_path / "branded")  # type: ignore[arg-type]
    told = yaml.safe_load((tmp_path / "branded" / style.FILE).read_text(encoding="utf-8"))
    assert told["color"]["primary"] == GREEN and told["typography"]["base"] == "Marque"
    assert told["typography"]["headings"] == {"family": "Marque", "color": BRICK}
    assert told["logo"]["images"]["logo"] == {"path": "goutte.svg", "alt": "Une goutte"}
    assert (tmp_path / "branded" / "goutte.svg").is_file()
    plain = sample.make_project(tmp_path / "plain")
    stage_pages(read_project(plain), [], lambda _: None, tmp_path / "house")  # type: ignore[arg-type]
    told = yaml.safe_load((tmp_path / "house" / style.FILE).read_text(encoding="utf-8"))
    assert told["color"]["primary"] == style.ACCENT


colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_links_are_seen_on_dark_pages_whatever_the_brand_s_colour(colour):
    night = style.Brand(primary=colour).css().split("prefers-color-scheme")[1]
    (accent,) = re.findall(r"--accent: (#\w{6});", night)
    for ground in (NIGHT, "#23232b"):
        assert style.contrast_ratio(accent, ground) >= style.TEXT


@given(colours)
def test_what_charts_write_on_their_shades_is_read_whatever_the_brand_s_colour(colour):
    own = style.Brand(primary=colour)
    written = [("#5c68e5", "#ffffff"), ("#7f8af0", NIGHT)]
    shades = blend_palette(style.GRADES, 40)
    written += [(to_hex(shade), dots._ink(shade).lower()) for shade in shades]
    for shade, ink in written:
        assert style.contrast_ratio(own.shade(shade), ink) >= style.TEXT, (shade, ink)


def test_cells_of_a_grid_are_the_brand_s_and_its_other_colours_stay_for_style_sheets():
    cells = "".join(f"<path fill='{to_hex(shade)}'/>" for shade in blend_palette(style.GRADES, 40))
    drawing = f"{cells}<path fill='{style.ACCENT}'/><path fill='{style.GREY}'/>"
    made = style.Brand(primary=GREEN).recoloured(drawing.encode(), cells=True).decode()
    *shades, accent, grey = re.findall("#[0-9a-f]{6}", made)
    assert (accent, grey) == (style.ACCENT, style.GREY)
    assert len(shades) == 40 and all(shade[3:5] >= shade[5:] for shade in shades), "blue is left"


@pytest.mark.parametrize(("told", "title", "name"), [
    ({"meta": {"name": "Eau"}}, "Observatoire", "Eau"),
    ({"meta": {"name": {"full": "Eau"}}}, "Observatoire", "Eau"),
    ({"color": {"primary": GREEN}}, "Observatoire", "Observatoire"),
    ({}, "", "Observatoire des usagers"),
])  # fmt: skip
def test_a_site_is_named_by_its_brand_or_else_by_its_title(tmp_path, told, title, name):
    config = yaml.safe_dump({"website": {"title": title}})
    (tmp_path / "_quarto.yml").write_text(config, encoding="utf-8")
    write(tmp_path, told)
    assert style.read_brand(tmp_path).name == name
