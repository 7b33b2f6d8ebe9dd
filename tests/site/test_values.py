"""The values of figures, walked with arrow keys in a real browser, on a page opened from a disk."""

import html
import importlib.util
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.site.conftest import SAMPLE

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.publish import publish

PERIODS = ["2026-T1", "2026-T2", "2026-T3"]
MARKS = {
    "service-public": [6.8, "suppressed", 7.9],
    "boamp": [7.0, 7.1, 7.2],
    "legifrance": [6.0, 6.2, 6.1],
}
KEYS = {
    "fig-lignes": "ArrowRight ArrowRight ArrowRight ArrowLeft ArrowDown ArrowDown ArrowDown "
    "ArrowUp Home End Escape ArrowLeft Tab",
    "fig-points": "ArrowDown ArrowDown ArrowRight ArrowLeft End Home",
}
ASK = """<!doctype html><meta charset="utf-8"><pre id="found"></pre><script>
(async () => {
  const found = {}, keys = %s;
  const frame = document.createElement("iframe");
  frame.style.cssText = "width:1280px;height:900px";
  frame.src = "all.html";
  await new Promise(done => { frame.onload = done; document.body.append(frame) });
  const inside = frame.contentDocument, view = frame.contentWindow;
  for (const [name, pressed] of Object.entries(keys)) {
    const figure = inside.getElementById(name), walk = figure.querySelector(".walk");
    walk.focus();
    found[name] = { focused: inside.activeElement === walk, steps: [],
      role: walk.getAttribute("role"), live: figure.querySelector(".walked").getAttribute("role") };
    const told = () => {
      const ring = figure.querySelector("svg.wide circle.at");
      const both = [ring, figure.querySelector("svg.wide")];
      const at = ring && both.map(e => e.getBoundingClientRect());
      const inside = !at || (at[0].left > at[1].left - 9 && at[0].right < at[1].right + 9);
      return [figure.querySelector(".walked").textContent, Boolean(ring), inside];
    };
    for (const key of pressed.split(" ")) {
      const event = new view.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      walk.dispatchEvent(event);
      found[name].steps.push([key, ...told(), event.defaultPrevented]);
    }
    const svg = figure.querySelector("svg.wide"), box = svg.getBoundingClientRect();
    const [x, y] = svg.dataset.at.split(" ")[1].split(",").map(Number);
    const scale = box.width / svg.viewBox.baseVal.width;
    svg.dispatchEvent(new view.PointerEvent("pointermove",
      { clientX: box.left + (x + 3) * scale, clientY: box.top + (y - 3) * scale }));
    found[name].pointed = told()[0];
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


def frame() -> Any:
    made = []
    for product, values in MARKS.items():
        row = {"indicator": "satisfaction_10", "product": product, "channel": "web"}
        row |= {"device": "jdma"}
        for period, value in zip(PERIODS, values, strict=True):
            more: dict[str, Any] = {"status": value}
            if isinstance(value, float):
                more = {"estimate": value, "ci_low": value - 0.24, "ci_high": value + 0.24, "n": 90}
            made.append({**row, "unit": "sur 10", "period": period, **more})
    return estimates.make(made)


@pytest.fixture(scope="module")
def walked(
    dump: Callable[..., str], tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> dict[str, Any]:
    """What each figure told at each key."""
    spec = importlib.util.spec_from_file_location("sample", SAMPLE)
    assert spec and spec.loader
    sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sample)
    rows = frame()
    charts = {
        "fig-lignes": display.line_chart(rows, catalogue, caption="Lignes"),
        "fig-points": display.dot_chart(
            rows[rows["period"] == "2026-T3"].reset_index(drop=True), catalogue, caption="Points"
        ),
    }
    cells = []
    for name, chart in charts.items():
        data = json.loads(json.dumps(chart._repr_mimebundle_()))
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        cells.append(sample.code(f"#| label: {name}\n#| fig-cap: Une\n#| fig-alt: Deux", output))
    front = sample.front(title="Toutes", description="Toutes.", order=1, date="2026-11-24")
    folder = tmp_path_factory.mktemp("values")
    project = sample.make_project(folder / "project", all=sample.notebook(front, *cells))
    site = publish(project, folder / "site", "embedded").parent
    (site / "ask.html").write_text(ASK % json.dumps(KEYS), encoding="utf-8")
    told = re.search(r'<pre id="found">(.+?)</pre>', dump(site / "ask.html"), re.DOTALL)
    assert told, "no figure can be walked"
    return dict(json.loads(html.unescape(told[1])))


def steps(walked: dict[str, Any], name: str) -> list[str]:
    return [step[1].replace("\xa0", " ") for step in walked[name]["steps"]]


def test_arrow_keys_walk_a_curve_and_go_from_curve_to_curve_at_the_same_quarter(walked):
    assert walked["fig-lignes"]["focused"]
    assert steps(walked, "fig-lignes") == [
        "Service-public.fr, 1er trimestre 2026 : 6,8 sur 10, de 6,5 à 7,1",
        # a withheld value is told nowhere
        "Service-public.fr, 3e trimestre 2026 : 7,9 sur 10, de 7,6 à 8,2",
        "Service-public.fr, 3e trimestre 2026 : 7,9 sur 10, de 7,6 à 8,2",
        "Service-public.fr, 1er trimestre 2026 : 6,8 sur 10, de 6,5 à 7,1",
        "Légifrance, 1er trimestre 2026 : 6,0 sur 10, de 5,7 à 6,3",
        "BOAMP, 1er trimestre 2026 : 7,0 sur 10, de 6,7 à 7,3",
        "BOAMP, 1er trimestre 2026 : 7,0 sur 10, de 6,7 à 7,3",
        "Légifrance, 1er trimestre 2026 : 6,0 sur 10, de 5,7 à 6,3",
        "Légifrance, 1er trimestre 2026 : 6,0 sur 10, de 5,7 à 6,3",
        "Légifrance, 3e trimestre 2026 : 6,1 sur 10, de 5,8 à 6,4",
        "",
        "Service-public.fr, 3e trimestre 2026 : 7,9 sur 10, de 7,6 à 8,2",
        "Service-public.fr, 3e trimestre 2026 : 7,9 sur 10, de 7,6 à 8,2",
    ]


def test_arrow_keys_go_from_row_to_row_where_each_has_one_value(walked):
    assert [told.partition(" :")[0] for told in steps(walked, "fig-points")] == [
        "Service-public.fr", "BOAMP", "Légifrance", "BOAMP", "Légifrance", "Service-public.fr",
    ]  # fmt: skip


def test_the_value_that_is_told_is_ringed_in_its_drawing_and_the_page_does_not_scroll(walked):
    for figure in walked.values():
        for key, text, ringed, inside, kept in figure["steps"]:
            assert ringed == bool(text) and inside, key
            assert kept == (key != "Tab")  # who leaves by the tabulator is not held


def test_what_is_told_is_spoken_and_a_pointer_shows_the_same(walked):
    for figure in walked.values():
        assert (figure["role"], figure["live"]) == ("application", "status")
    pointed = walked["fig-lignes"]["pointed"].replace("\xa0", " ")
    assert pointed == "Service-public.fr, 3e trimestre 2026 : 7,9 sur 10, de 7,6 à 8,2"
