"""An edition beside what one would run instead: papermill by page, nbconvert, Quarto.

    python benchmarks/bench_editions.py [--pages 10]

Each way executes all pages of the demonstration in a new copy of the project, where nothing is kept
yet. `observ` also publishes them, finds nothing to do, and publishes one sentence that changed.
Seconds are told as shares of those of papermill's command in a loop, in the same run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measuring import HERE, ROOT, Cost, Failed, run, tell

DATA, QUARTER = "data/demo", "2026-T3"
LOOP = "papermill's command, page by page"
CHANGED = "frequentation"  # whose last text gets one more sentence
PAGES = f"""
import json
from datetime import date
from pathlib import Path
from observlib.edition.plan import check_request
from observlib.base.period import Quarter
asked = Path("{DATA}").resolve(), Quarter("{QUARTER}"), (), {{}}, date.today()
request = check_request(Path.cwd(), *asked)
print(json.dumps([[str(one.study.path), one.name, one.parameters] for one in request.pages]))
"""
SERIALLY = """
import json, sys
import papermill
for notebook, name, parameters in json.loads(sys.argv[1]):
    papermill.execute_notebook(
        notebook, f"{name}.ipynb", parameters, kernel_name="python3", progress_bar=False
    )
"""
EXECUTED = PAGES.replace(
    "print(",
    "from observlib.edition.make import make_edition\n"
    "make_edition(request, Path('made'))\nstop = (",
    1,
)
OBSERV = [str(Path(sys.executable).with_name("observ")), "edition", QUARTER, "--data", DATA]
Pages = list[tuple[str, str, dict[str, Any]]]


@contextmanager
def project() -> Iterator[Path]:
    """A copy of the project as it is, with the demonstration's store and nothing that is kept."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as place:
        for name in found.decode().split("\0"):
            source, target = ROOT / name, Path(place, name)
            if name and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        shutil.copytree(ROOT / DATA / "store", Path(place, DATA, "store"))
        yield Path(place)


def total(costs: list[Cost]) -> Cost:
    """The cost of processes one after the other."""
    seconds, busy = sum(one.seconds for one in costs), sum(one.busy for one in costs)
    return Cost(seconds, busy, max(one.mebibytes for one in costs), "")


def parameters(values: dict[str, Any]) -> list[str]:
    return [word for name, value in values.items() for word in ("-p", name, str(value))]


def by_command(folder: Path, pages: Pages) -> Cost:
    papermill = [sys.executable, "-m", "papermill", "-k", "python3", "--no-progress-bar"]
    return total(
        [
            run([*papermill, path, f"{name}.ipynb", *parameters(of)], folder)
            for path, name, of in pages
        ]
    )


def by_api(folder: Path, pages: Pages) -> Cost:
    return run([sys.executable, "-c", SERIALLY, json.dumps(pages)], folder)


def prepared(folder: Path, pages: Pages) -> list[str]:
    """The notebooks with their parameters, at the root: what other tools take no parameters for."""
    prepare = [sys.executable, "-m", "papermill", "--prepare-only", "-k", "python3"]
    for path, name, of in pages:
        run([*prepare, path, f"{name}.ipynb", *parameters(of)], folder)
    return [f"{name}.ipynb" for _, name, _ in pages]


def by_nbconvert(folder: Path, pages: Pages) -> Cost:
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html"]
    return total([run([*command, name], folder) for name in prepared(folder, pages)])


def by_quarto(folder: Path, pages: Pages) -> Cost:
    names = prepared(folder, pages)
    return total([run(["quarto", "render", name, "--execute"], folder) for name in names])


WAYS: dict[str, Callable[[Path, Pages], Cost]] = {
    LOOP: by_command,
    "papermill's API, in one process": by_api,
    "jupyter nbconvert --execute": by_nbconvert,
    "quarto render --execute": by_quarto,
}


def measured(few: int | None) -> dict[str, Cost]:
    """What each way costs; one that is not installed, or fails, says so."""
    found: dict[str, Cost] = {}
    for name, way in WAYS.items():
        with project() as folder:
            pages = json.loads(run([sys.executable, "-c", PAGES], folder).said)[:few]
            try:
                found[name] = way(folder, pages)
            except (Failed, FileNotFoundError) as error:
                print(f"{name}: not measured: {error}", flush=True)
            else:
                print(f"{name}: {found[name].seconds:.1f} s", flush=True)
    return found


def main() -> None:
    """Measure all ways."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, help="how many of them the other ways execute")
    parser.add_argument("--quick", action="store_true", help="five of them")
    asked = parser.parse_args()
    few = asked.pages or (5 if asked.quick else None)
    costs = measured(few)
    loop = costs[LOOP]
    with project() as folder:
        count = len(json.loads(run([sys.executable, "-c", PAGES], folder).said))
        scale = count / min(few or count, count)
        executed = run([sys.executable, "-c", EXECUTED], folder)
    with project() as folder:
        whole = run([*OBSERV, "--publisher", "embedded"], folder)
        unchanged = run([*OBSERV, "--publisher", "embedded"], folder)
        change(folder / "notebooks" / f"{CHANGED}.ipynb")
        sentence = run([*OBSERV, "--publisher", "embedded"], folder)
    costs |= {"observ edition, executing": executed, "observ edition, whole": whole}
    for name, cost in costs.items():
        more = scale if name in WAYS else 1
        tell(f"{name}: seconds", cost.seconds * more, "s")
        tell(f"{name}: processor", cost.busy * more, "s")
        tell(f"{name}: memory of the largest process", cost.mebibytes, "MiB")
    tell(f"{LOOP}: a page", loop.seconds * scale / count, "s")
    whole_loop = loop.seconds * scale
    tell(f"cold execution of {count} pages, of the loop", executed.seconds / whole_loop, "", 1 / 5)
    tell("whole edition, of the loop", whole.seconds / whole_loop, "", 1 / 4)
    tell("an edition where nothing changed", unchanged.seconds, "s", 1.5)
    tell("one sentence of a notebook, to its published page", sentence.seconds, "s", 6)
    draw({name: cost.seconds * (scale if name in WAYS else 1) for name, cost in costs.items()})


def change(notebook: Path) -> None:
    """Add a sentence to the last text of a notebook."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    text = [cell for cell in content["cells"] if cell["cell_type"] == "markdown"][-1]
    text["source"] = [*text["source"], "\n\nUne phrase de plus."]
    notebook.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def draw(seconds: dict[str, float]) -> None:
    """The plot of seconds by way."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "editions"
    figure, axis = plt.subplots(figsize=(8, 2.8), layout="constrained")
    bars = axis.barh([*seconds], [*seconds.values()], color="#3a6ea5")
    axis.bar_label(bars, fmt="%.0f s", padding=3)
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    axis.set(xlabel="Seconds by the clock", xlim=(0, 1.12 * max(seconds.values())))
    figure.savefig(HERE / "editions.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
