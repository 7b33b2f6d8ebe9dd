"""Every chart of the committed studies, in a real browser: on a telephone and on a wide screen."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.display.conftest import line
from tests.publish import sample
from tests.site.conftest import asked

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.display import charts
from observlib.publish import publish

DARK = "--blink-settings=preferredColorScheme=0"
STUDIES = Path(__file__).parents[2] / "notebooks"
MEASURE = Path(__file__).with_name("measure_drawings.html").read_text(encoding="utf-8")


def published(folder: Path, cells: list[dict[str, Any]]) -> Path:
    """The page of a study of these cells."""
    front = sample.front(title="Toutes", description="Toutes.", order=1, format="html")
    project = sample.make_project(folder / "project", all=sample.notebook(front, *cells))
    return publish(project, folder / "site", "embedded").parent / "all.html"


@pytest.fixture(scope="module")
def told(dump: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What a browser shows of all charts, by the width of its screen: on light pages, and dark."""
    cells = []
    for path in sorted(STUDIES.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if charts.NARROW in output.get("data", {}):
                    options = f"#| label: fig-{len(cells)}\n#| fig-cap: Une\n#| fig-alt: Deux"
                    cells.append(sample.code(options, output))
    assert len(cells) >= 40
    page = published(tmp_path_factory.mktemp("drawings"), cells)
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")
    return [asked(dump, page.parent, MEASURE % page.name, *flags) for flags in ((), (DARK,))]


@pytest.fixture
def found(told: list[Any]) -> dict[str, Any]:
    """What it shows on light pages."""
    return dict(told[0])


@pytest.mark.slow
def test_every_word_of_a_chart_stands_out_on_light_pages_and_on_dark_ones(told):
    assert [shown["1280"]["fill"] for shown in told] == ["rgb(255, 255, 255)", "rgb(22, 22, 26)"]
    poor = [
        (drawing["name"], text["words"], text["contrast"])
        for shown in told
        for drawing in shown["1280"]["found"]
        for text in drawing["texts"]
        if text["words"].strip() and text["contrast"] < 4.5
    ]
    assert not poor


@pytest.mark.slow
@pytest.mark.parametrize(("width", "kind"), [("375", "narrow"), ("1280", "wide")])
def test_one_drawing_of_each_chart_is_shown_with_letters_that_can_be_read(width, kind, found):
    drawings = found[width]["found"]
    assert len(drawings) >= 40
    assert all(drawing["alone"] and drawing["kind"] == kind for drawing in drawings)
    assert all(len(drawing["called"]) > 40 for drawing in drawings), "a chart without a name"
    sizes = [text["size"] for drawing in drawings for text in drawing["texts"]]
    assert min(sizes) >= 12 - 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("width", ["375", "1280"])
def test_no_word_of_a_chart_stands_on_another_nor_is_cut_whatever_the_reader_s_font(width, found):
    wrong = []
    for drawing in found[width]["found"]:
        left, right = drawing["box"]
        texts = [text for text in drawing["texts"] if text["words"].strip()]
        for i, one in enumerate(texts):
            a = one["box"]
            if a[0] < left - 2 or a[1] > right + 2:
                wrong.append((drawing["name"], one["words"], "cut"))
            for other in texts[:i]:
                b = other["box"]
                wide = min(a[1], b[1]) - max(a[0], b[0])
                tall = min(a[3], b[3]) - max(a[2], b[2])
                # boxes are taller than letters
                if wide > 2 and tall > 0.45 * min(a[3] - a[2], b[3] - b[2]):
                    wrong.append((drawing["name"], one["words"], other["words"]))
    assert not wrong


KEYS = {
    "fig-lignes": "ArrowRight ArrowRight ArrowRight ArrowLeft ArrowDown ArrowDown ArrowDown "
    "ArrowUp Home End Escape ArrowLeft Tab",
    "fig-points": "ArrowDown ArrowDown ArrowRight ArrowLeft End Home",
}
ASK = Path(__file__).with_name("ask_drawings.html").read_text(encoding="utf-8")


def frame() -> Any:
    """Marks of three products in three quarters, of which one is withheld."""
    values = {"service-public": [6.8, "suppressed", 7.9]}
    values |= {"boamp": [7.0, 7.1, 7.2], "legifrance": [6.0, 6.2, 6.1]}
    return estimates.combine(line(x, [None, None, *own], 0.24) for x, own in values.items())


@pytest.fixture(scope="module")
def walked(
    dump: Callable[..., str], tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> dict[str, Any]:
    """What each figure told at each key."""
    rows = frame()
    now = rows[rows["period"] == "2026-T3"].reset_index(drop=True)
    charts = {
        "fig-lignes": display.line_chart(rows, catalogue, caption="Lignes"),
        "fig-points": display.dot_chart(now, catalogue, caption="Points"),
    }
    cells = []
    for name, chart in charts.items():
        data = json.loads(json.dumps(chart._repr_mimebundle_()))
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        cells.append(sample.code(f"#| label: {name}\n#| fig-cap: Une\n#| fig-alt: Deux", output))
    page = published(tmp_path_factory.mktemp("values"), cells)
    return dict(asked(dump, page.parent, ASK % json.dumps(KEYS)))


def steps(walked: dict[str, Any], name: str) -> list[str]:
    return [step[1].replace("\xa0", " ") for step in walked[name]["steps"]]


TOLD = {
    "S1": "Service-public.fr, 1er trimestre 2026 : 6,8 sur 10, de 6,5 à 7,1",
    "S3": "Service-public.fr, 3e trimestre 2026 : 7,9 sur 10, de 7,6 à 8,2",
    "L1": "Légifrance, 1er trimestre 2026 : 6,0 sur 10, de 5,7 à 6,3",
    "L3": "Légifrance, 3e trimestre 2026 : 6,1 sur 10, de 5,8 à 6,4",
    "B1": "BOAMP, 1er trimestre 2026 : 7,0 sur 10, de 6,7 à 7,3",
    "–": "",
}


def test_arrow_keys_walk_a_curve_and_go_from_curve_to_curve_at_the_same_quarter(walked):
    assert walked["fig-lignes"]["focused"]
    expected = ["S1", "S3", "S3", "S1", "L1", "B1", "B1", "L1", "L1", "L3", "–", "S3", "S3"]
    assert steps(walked, "fig-lignes") == [TOLD[name] for name in expected]


def test_arrow_keys_go_from_row_to_row_and_what_is_told_is_spoken(walked):
    assert [told.partition(" :")[0] for told in steps(walked, "fig-points")] == [
        "Service-public.fr", "BOAMP", "Légifrance", "BOAMP", "Légifrance", "Service-public.fr",
    ]  # fmt: skip
    for figure in walked.values():
        assert (figure["role"], figure["live"]) == ("application", "status")
    assert walked["fig-lignes"]["pointed"].replace("\xa0", " ") == TOLD["S3"]


def test_the_value_that_is_told_is_ringed_in_its_drawing_and_the_page_does_not_scroll(walked):
    for figure in walked.values():
        for key, text, ringed, inside, kept in figure["steps"]:
            assert ringed == bool(text) and inside, key
            assert kept == (key != "Tab")  # who leaves by the tabulator is not held
