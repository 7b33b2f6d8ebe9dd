"""What axe-core, the accessibility rules of Deque, finds on pages in a browser; what scrolls."""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from tests.site.conftest import asked, pages_of

WIDTHS = (1280, 375, 320)
_HARNESS = """<!doctype html><meta charset="utf-8"><pre id="found"></pre><script>
(async () => {
  const found = {};
  for (const page of %s) for (const width of %s) {
    const frame = document.createElement("iframe");
    frame.style.cssText = `width:${width}px;height:900px;border:0`;
    frame.src = page;
    await new Promise(done => { frame.onload = done; document.body.append(frame) });
    const inside = frame.contentDocument, script = inside.createElement("script");
    inside.querySelectorAll("main details").forEach(el => el.open = true);
    script.src = new URL("axe.min.js", location.href);
    await new Promise(done => { script.onload = done; inside.head.append(script) });
    const told = await frame.contentWindow.axe.run(inside, {resultTypes: ["violations"]});
    const wider = inside.documentElement.scrollWidth - width;
    found[page + " " + width] = told.violations.map(one => one.id + " " + one.nodes[0].html)
      .concat(wider > 0 ? [`scrolls sideways by ${wider} px`] : []);
    frame.remove();
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


def violations(
    copy: Path, dump: Callable[..., str], widths: Sequence[int] = WIDTHS
) -> dict[str, list[str]]:
    """The rules that each page of a copy of a site breaks, by page and width; all are there."""
    script = files("axe_playwright_python") / "axe.min.js"
    (copy / "axe.min.js").write_bytes(script.read_bytes())
    pages = pages_of(copy)
    seconds = 60 + 5 * len(pages) * len(widths)
    harness = _HARNESS % (json.dumps(pages), json.dumps(list(widths)))
    budget = f"--virtual-time-budget={10**6 * seconds}"
    found: dict[str, list[str]] = asked(dump, copy, harness, budget, seconds=seconds)
    assert len(found) == len(pages) * len(widths)
    return found
