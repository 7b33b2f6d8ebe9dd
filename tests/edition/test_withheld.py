"""No figure that an edition withholds stands in any of its files, of whatever kind."""

import ast
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typst
from tests.copies import DEMO, demonstration_catalogue
from tests.drawings import axes
from tests.file_parts import carried, parts
from tests.leaks import Withheld, leaks

from observlib import dataset, estimates, store
from observlib.base.period import Quarter
from observlib.catalogue import NOBODY, UNTOLD
from observlib.confidentiality import disclosure
from observlib.confidentiality.control import KEY, estimate_key
from observlib.display.style import Brand
from observlib.estimates import make_comparisons
from observlib.indicators.answers import pooled_period, within
from observlib.pipeline import disclosed, frame, project
from observlib.themes import partners, profiles

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NOW = Quarter("2026-T3")
YEAR = NOW.back(4)
PLACE = ["device", "product", "channel"]
EDITION = Path("reports") / "editions" / NOW


@pytest.fixture(scope="module")
def files(root: Path) -> list[Path]:
    """All that leaves the analysts' machines, and what is kept of it with the data."""
    folders = ["reports", "packages", f"data/{DEMO.name}/published"]
    found = [path for name in folders for path in sorted((root / name).rglob("*"))]
    # the documentation is written by hand, and holds no data
    return [
        path for path in found if path.is_file() and not {".kept", "documentation"} & {*path.parts}
    ]


@pytest.fixture(scope="module")
def withheld(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Withheld:
    """All that the edition withholds, with the values that it has in truth."""
    hidden = pd.read_parquet(root / EDITION / "estimates.parquet")
    hidden = hidden.loc[hidden["status"] == "suppressed", KEY].drop_duplicates()
    known = pd.concat([undisclosed(root, tmp_path_factory.mktemp("families")), dropped(root)])
    known = known[known["estimate"].notna()].drop_duplicates(KEY)
    found = hidden.merge(known, on=KEY, how="left")
    # of all others the store holds the value: this one its source withholds itself
    assert set(found.loc[found["estimate"].isna(), "indicator"]) == {"procedure_satisfaction"}
    return Withheld(estimates.typed(found), demonstration_catalogue())


def undisclosed(root: Path, kept: Path) -> pd.DataFrame:
    """All estimates of the families, of which those withheld keep their numbers."""

    def marked(rows: pd.DataFrame, which: Any) -> pd.DataFrame:
        return rows.assign(status=rows["status"].mask(which, "suppressed"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimates, "withhold", marked)
        patch.setattr(estimates, "check", lambda rows: rows)
        patch.setattr(disclosure, "base", lambda people: people)
        patch.setattr(disclosure, "mark", lambda value, unit: value)
        patch.setattr(frame, "_folder", lambda: kept)
        data = root / "data" / DEMO.name
        frame._given.cache_clear()
        found = [frame.given(data, NOW, *job).estimates for job in disclosed.jobs(data)]
        frame._given.cache_clear()
        return pd.concat(found)


def dropped(root: Path) -> pd.DataFrame:
    """What families drop before `disclosure.protect` sees it, counted from the store."""
    data = root / "data" / DEMO.name
    return pd.concat([*led(data), *attended(data), *represented(data)])


def led(data: Path) -> Iterator[pd.DataFrame]:
    """How many contacts lead to each partner, and of each theme, in each quarter."""
    known = project.catalogue(data)
    for kind, rows in {
        "call": partners.contacts_of_partners(store.read(data, "calls"), known),
        "ticket": partners.contacts_of_partners(store.read(data, "tickets"), known),
        "text": partners.texts(store.read(data, "verbatims"), known),
    }.items():
        own = within(rows, NOW.back(partners.QUARTERS)).rename(columns={"quarter": "period"})
        own["product"] = own["product"].fillna("")
        own["leads"] = ~own["partner"].isin([NOBODY, UNTOLD])
        quarters = own.groupby([*PLACE, "period"])["leads"]
        total = quarters.size().rename("total").reset_index()
        counts = [quarters.sum().rename("n").reset_index().assign(group="", group_value="")]
        for name in ("partner", "theme"):
            of = own.groupby([*PLACE, "period", name]).size().rename("n").reset_index()
            counts.append(of.assign(group=name).rename(columns={name: "group_value"}))
        found = pd.concat(counts).merge(total)
        yield found.assign(indicator=f"partner_{kind}s", estimate=found["n"].astype(float))
        share = 100 * found["n"] / found["total"]
        yield found.assign(indicator=f"partner_{kind}_share", unit="%", estimate=share)


def attended(data: Path) -> Iterator[pd.DataFrame]:
    """How many came to the workshops of each product in a year."""
    rows = within(store.read(data, "workshops"), YEAR)
    rows = rows[rows["kind"] == "participants"]
    found = rows.groupby(PLACE)["count"].sum().rename("n").reset_index()
    yield of_year(found, indicator="workshop_participants", estimate=found["n"].astype(float))


def represented(data: Path) -> Iterator[pd.DataFrame]:
    """The share of each région among those who answered, over its share in the population."""
    margins = project.reference("margins")
    people = margins[margins["variable"] == "region"].set_index("category")["people"]
    told_by = profiles.of_experiences(store.read(data, "experiences"), project.reference("regions"))
    for rows in (store.read(data, "responses"), told_by):
        own = within(rows[rows["variable"] == "region"], YEAR)
        for place, answers in own.assign(product=own["product"].fillna("")).groupby(PLACE):
            n = answers["category"].value_counts().reindex(people.index, fill_value=0)
            ratio = (n / n.sum()) / (people / people.sum())
            found = pd.DataFrame(
                {"group_value": n.index, "n": n.to_numpy(), "estimate": ratio.to_numpy()}
            )
            place_of = dict(zip(PLACE, place, strict=True))
            yield of_year(found, indicator="representation", group="region", **place_of)


def of_year(rows: pd.DataFrame, **more: Any) -> pd.DataFrame:
    """Rows of the year that an edition tells of, without a group unless one is given."""
    group = {} if "group_value" in rows else {"group": "", "group_value": ""}
    return rows.assign(period=pooled_period(YEAR), **group, **more)


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, tuple[pd.DataFrame, ...]]:
    """What each page carries, by its name."""
    return {path.stem: carried(path) for path in sorted((root / EDITION).glob("*.ipynb"))}


_OF_DRAWS = re.compile(
    r"\| 2(?:\s|\\u202f)000 \|"
)  # a row of how often intervals hold in so many draws
# a row of what a device gave: how many files, rows in hundreds, a digest
_OF_EXPORTS = re.compile(r"\| (?:environ [\d\s]+00|moins de 100) \| [0-9a-f]{8}")


def of_the_method(leak: str) -> bool:
    """Whether it is a line of the committed page of the method, which is made of drawn data."""
    committed = (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    _, is_line, line = leak.partition(") in ")
    if "methode." not in leak or not is_line:
        return False
    words, written = (re.sub(r"[\s|]", "", x) for x in (ast.literal_eval(line), committed))
    return words in written


def test_no_file_of_an_edition_holds_what_it_withholds(files, pages, withheld):
    assert len(withheld.rows) > 1000
    assert {path.suffix for path in files} >= {
        *(".html", ".svg", ".csv", ".parquet", ".ipynb", ".json", ".pdf", ".zip"),
        *(".xlsx", ".jsonld"),
    }
    package = {path.name for path in files if path.parent.name == dataset.PACKAGE_FOLDER}
    assert {"estimates.csv", "comparisons.csv", "dictionary.csv"} < package
    rest = [path for path in files if path.suffix != ".pdf"]
    # the method page tells how often a machine says yes or no, as an answer to a poll does; that of
    # accessibility has numbers of criteria beside "non applicable"
    machine = ("_machine.md", "methode.html", "accessibilite")
    found = [
        leak
        for leak in leaks(rest, pages, withheld)
        if not ("'poll_share'" in leak and any(name in leak for name in machine))
        and "Jours écoulés, 10," not in leak  # after which a share is told, and none of demands
        and not _OF_EXPORTS.search(leak)
        and not of_the_method(leak)
        and not ("'machine_confusion'" in leak and _OF_DRAWS.search(leak))
    ]
    assert found == [], "\n".join(found)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is absent")
def test_no_pdf_of_an_edition_tells_what_it_withholds(files, pages, withheld):
    pdfs = [path for path in files if path.suffix == ".pdf"]
    lines = [part for part in parts(pdfs[0].name, pdfs[0].read_bytes()) if part.where == "text"]
    assert len(lines) > 20
    assert list(leaks(pdfs, pages, withheld)) == []


@pytest.fixture(scope="module")
def hidden(pages: dict[str, tuple[pd.DataFrame, ...]], withheld: Withheld) -> dict[str, Any]:
    """A mark of the page `satisfaction` that is withheld."""
    key = ("satisfaction_10", "jdma-journal-officiel", "journal-officiel", "web", NOW, "", "")
    frames = pages["satisfaction"]
    assert key in {estimate_key(row) for frame in frames for row in estimates.records(frame)}
    return withheld.rows[key]


LINE = "satisfaction_10,journal-officiel,web,jdma-journal-officiel,2026-T3,,,{},,,sur 10,{},,"


def in_line(text: str, row: dict[str, Any]) -> str:
    """Its number of answers in its line of CSV, which a notebook carries too."""
    return text.replace(LINE.format("", ""), LINE.format("", f"{row['n']:g}"))


def in_table(text: str, row: dict[str, Any]) -> str:
    """Its value in its row of a page's table."""
    start = text.index("Journal officiel</th>")
    cell = re.compile(r"(<td\b[^>]*>)(?:–|<span aria-hidden[^>]*>s</span>.*?)?</td>", re.S)
    return text[:start] + cell.sub(rf"\g<1>{said(row)}</td>", text[start:], count=1)


def in_chart(text: str, row: dict[str, Any]) -> str:
    """A mark at its place on the axis."""
    place = axes(text)[0].place(row["estimate"])
    point = f'<path d="M{place:.2f} 60L{place:.2f} 62" style="stroke:#000091" />'
    return text.replace("</svg>", f"{point}</svg>")


def in_origins(text: str, row: dict[str, Any]) -> str:
    """Its value in its origin."""
    begins, _, content = text.partition("=")
    data = json.loads(content.rstrip(";\n"))
    data["rows"][estimates.identifier(row)][1] = len(data["texts"])
    data["texts"].append(said(row))
    return f"{begins}={json.dumps(data, ensure_ascii=False)};"


def in_parquet(content: bytes, row: dict[str, Any]) -> bytes:
    rows = pd.read_parquet(io.BytesIO(content))
    own = [estimate_key(other) == estimate_key(row) for other in estimates.records(rows)]
    return bytes(rows.assign(n=rows["n"].mask(pd.Series(own), row["n"])).to_parquet())


def in_workbook(row: dict[str, Any]) -> bytes:
    told = pd.DataFrame([row])[estimates.COLUMNS].assign(estimate=float("nan"), status="suppressed")
    none, known = make_comparisons(None), demonstration_catalogue()
    of = {"name": "x", "title": "X", "quarter": NOW, "publisher": "Y", "says": {}}
    about = dataset.About(**of, made=date(2026, 11, 28), synthetic=True, brand=Brand())
    made = dataset.contents(told, none, dataset.dictionary(told, none, known), about)
    return dataset.archive({"x/x.xlsx": made["x.xlsx"]}, date(2026, 11, 28))


def in_pdf(row: dict[str, Any]) -> bytes:
    return bytes(typst.compile(f"Journal officiel : {said(row)} sur 10".encode()))


def said(row: dict[str, Any]) -> str:
    return f"{row['estimate']:.1f}".replace(".", ",")


def as_text(
    plant: Callable[[str, dict[str, Any]], str],
) -> Callable[[bytes, dict[str, Any]], bytes]:
    return lambda content, row: plant(content.decode("utf-8"), row).encode("utf-8")


def instead(old: str, new: str) -> Callable[[bytes, dict[str, Any]], bytes]:
    """Its numbers in the place of a text: `exact`, its `value` as pages tell it, and its `n`."""

    def plant(text: str, row: dict[str, Any]) -> str:
        exact, n = f"{row['estimate']:.9f}", f"{row['n']:g}"
        return text.replace(old, new.format(exact=exact, value=said(row), n=n), 1)

    return as_text(plant)


PLANTED: dict[str, tuple[str, Callable[[bytes, dict[str, Any]], bytes]]] = {
    "a line of open data": ("satisfaction.csv", as_text(in_line)),
    "a row of the frame": ("estimates.parquet", in_parquet),
    "what a notebook carries": ("satisfaction.ipynb", as_text(in_line)),
    "a cell of a page": ("satisfaction.html", as_text(in_table)),
    "an alternative text of a page": (
        "satisfaction.html",
        instead('aria-label="Graphique', 'aria-label="Journal officiel : {n} réponses. Graphique'),
    ),
    "an origin": ("origins-data.js", as_text(in_origins)),
    "what no origin shows": ("origins-data.js", instead('"heads"', '"x": "{exact}", "heads"')),
    "a comment of a page": ("satisfaction.html", instead("</body>", "<!-- {exact} --></body>")),
    "a point of a chart": ("satisfaction/fig-notes.svg", as_text(in_chart)),
    "a PDF": ("satisfaction.pdf", lambda _, row: in_pdf(row)),
    "a workbook in a package": ("satisfaction.pdf", lambda _, row: in_workbook(row)),
    "a manifest": ("manifest.json", instead('"quarter"', '"x": {exact}, "quarter"')),
}  # fmt: skip


@pytest.mark.parametrize("where", PLANTED)
def test_a_withheld_figure_that_is_planted_is_found(where, root, pages, withheld, hidden, tmp_path):
    if where == "a PDF" and shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is absent")
    name, plant = PLANTED[where]
    folders = [root / "reports" / "_site" / NOW, root / EDITION]
    source = next(folder / name for folder in folders if (folder / name).exists())
    target = tmp_path / name if "package" not in where else tmp_path / "partner.zip"
    target.parent.mkdir(exist_ok=True)
    content = plant(source.read_bytes(), hidden)
    assert content != source.read_bytes()
    target.write_bytes(content)
    assert any("jdma-journal-officiel" in found for found in leaks([target], pages, withheld))
