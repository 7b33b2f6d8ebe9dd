"""Packages to partners: what is sent is what was published, and nothing is replaced in silence."""

import csv
import datetime
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_output
from tests.copies import demonstration_catalogue
from tests.edition.conftest import Make

from observlib import dataset, estimates
from observlib.base.errors import ObservError, UsageError
from observlib.base.period import Quarter
from observlib.display.style import Brand
from observlib.edition import packages
from observlib.estimates import COMPARISON_COLUMNS, make_comparisons
from observlib.pipeline import revisions
from observlib.publish.downloads import open_data

NOW = Quarter("2026-T3")
DAY = datetime.date(2026, 11, 28)
FORMULA = "=HYPERLINK(0)"
ROW = {"indicator": "partner_calls", "period": "2026-T3", "unit": "appels", "source": "d@1"}
ROWS = [
    {**ROW, "group": "partner", "group_value": name, "estimate": value, "n": value}
    for name, value in ((FORMULA, 85.0), ("+1", 12.0), ("-1+1", 13.0), ("@SUM(A1)", 14.0))
]


def comparison() -> pd.DataFrame:
    pair = {f"{side}{k}": v for side in ("", "reference_") for k, v in ROWS[0].items()}
    pair |= {"against": "before", "verdict": "stable", "reason": "", "difference": 0.0}
    pair |= {"status": "published", "reference_status": "published"}
    return make_comparisons(pd.DataFrame([pair]).reindex(columns=COMPARISON_COLUMNS))


def package_of(revised: dict[Any, str], *corrected: pd.DataFrame) -> dict[str, bytes]:
    """The files of the edition's own package."""
    rows = estimates.make(ROWS)
    words = dataset.dictionary(rows, comparison(), demonstration_catalogue())
    of = {**dict.fromkeys(("name", "title", "quarter"), "x"), "publisher": "Agence fictive"}
    about = dataset.About(**of, says={}, made=DAY, synthetic=True, brand=Brand())
    return dict(dataset.contents(rows, comparison(), words, about, revised, *corrected))


def notebook() -> str:
    told = comparison()
    content = estimates.to_json(estimates.make(ROWS))
    content["comparisons"] = {"columns": COMPARISON_COLUMNS, "rows": estimates.csv_lines(told)}
    data = {"text/plain": "x", estimates.MIME: {"kind": "text", **content}}
    return nbformat.writes(Make.notebook(Make.shows("", new_output("display_data", data))))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a published edition of two partners, and one whose page failed."""
    edition, site = (tmp_path / "reports" / name / "2026-T3" for name in ("editions", "_site"))
    site.mkdir(parents=True)
    (edition / "donnees").mkdir(parents=True)
    figure = tuple(estimates.make(ROWS).loc[0, estimates.FIGURE])
    for name, content in package_of({figure: "r"}).items():
        (edition / "donnees" / name).write_bytes(content)
    studies = [{"page": "panorama", "study": "panorama", "sha256": "x"}]
    for partner in ("caisse", "ville"):
        page, text = f"{packages.STUDY}-{partner}", notebook()
        (edition / f"{page}.ipynb").write_text(text, encoding="utf-8")
        (site / f"{page}.pdf").write_bytes(b"%PDF " + partner.encode())
        for ending, table in open_data(edition / f"{page}.ipynb").items():
            (site / f"{page}{ending}").write_text(table, encoding="utf-8")
        entry = {"page": page, "study": packages.STUDY, "title": partner.title()}
        entry |= {"description": "Un constat."}
        entry |= {"sha256": hashlib.sha256(text.encode()).hexdigest()}
        studies.append({**entry, "parameters": {"partner": partner}})
    studies.append({"page": "x", "study": packages.STUDY, "title": "X", "error": "failed"})
    manifest = {"quarter": "2026-T3", "kind": "demonstration", "studies": studies}
    manifest |= {"published": "2026-11-24", "revisions": []}
    (edition / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return tmp_path


def inside(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name.partition("/")[2]: book.read(name) for name in book.namelist()}


def make(root: Path, folder: Path, day: datetime.date = DAY, **more: bool) -> dict[str, str]:
    made = packages.make_packages(root, NOW, folder, today=day, **more)
    return {Path(path).name: state for path, state in made.items()}


def retell(root: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """Change what the edition's manifest says of its studies."""
    path = root / "reports" / "editions" / "2026-T3" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["studies"] = change(manifest["studies"])
    path.write_text(json.dumps(manifest), encoding="utf-8")


def log(folder: Path) -> list[list[str]]:
    return [*csv.reader(io.StringIO((folder / packages.LOG).read_text(encoding="utf-8")))]


def test_each_partner_gets_the_page_the_workbook_and_the_data_as_published(root, tmp_path):
    out = tmp_path / "out"
    assert make(root, out) == {"2026-T3-caisse.zip": "made", "2026-T3-ville.zip": "made"}
    found = inside(out / "2026-T3-caisse.zip")
    site = root / "reports" / "_site" / "2026-T3"
    assert found["caisse.pdf"] == b"%PDF caisse"
    for ending, name in ((".csv", "estimates.csv"), ("-comparaisons.csv", "comparisons.csv")):
        published = pd.read_csv(site / f"{packages.STUDY}-caisse{ending}")
        own = pd.read_csv(io.BytesIO(found[name]))
        pd.testing.assert_frame_equal(own[[*published.columns]], published)
    assert set(found) == {
        *("caisse.pdf", "2026-t3-caisse.xlsx", "datapackage.json", "dataset.jsonld"),
        *("estimates.csv", "comparisons.csv", "dictionary.csv"),
    }
    told = json.loads(found["datapackage.json"])
    assert told["name"] == "2026-t3-caisse" and told["licenses"][0]["name"] == "etalab-2.0"
    rows = dataset.read_table(found["estimates.csv"])  # marked as revised, as the edition's own are
    assert dict(zip(rows["group_value"], rows["flags"], strict=True))[f"'{FORMULA}"] == "r"
    assert dataset.read_table(found["comparisons.csv"])["flags"].tolist() == ["r"]
    assert {*make(root, out, datetime.date(2027, 1, 1)).values()} == {"unchanged"}
    head, *lines = log(out)
    assert head == ["date", "trimestre", "organisme", "fichier", "sha256"]
    assert [line[:4] for line in lines] == [
        ["2026-11-28", "2026-T3", name, f"2026-T3-{name.lower()}.zip"]
        for name in ("Caisse", "Ville")
    ]
    content = (out / "2026-T3-ville.zip").read_bytes()
    assert lines[1][4] == hashlib.sha256(content).hexdigest()


def test_a_partner_gets_the_errata_of_the_figures_of_its_page_and_of_no_other(root, tmp_path):
    figure = {name: ROWS[1].get(name, "") for name in estimates.FIGURE}
    about = {"erratum": "a", "day": "2026-12-02", "published": 13.0, "corrected": 12.0}
    about |= {"unit": "appels", "cause": "source", "what": "Un appel était compté deux fois."}
    told = [figure | about, figure | {"group_value": "Un autre"} | about]
    corrected = pd.DataFrame(told).reindex(columns=revisions.ERRATA_COLUMNS)
    package = root / "reports" / "editions" / "2026-T3" / "donnees"
    (package / "errata.csv").write_bytes(package_of({}, corrected)["errata.csv"])
    make(root, tmp_path / "out")
    told = dataset.read_table(inside(tmp_path / "out" / "2026-T3-caisse.zip")["errata.csv"])
    assert told["group_value"].tolist() == ["'+1"]  # marked, as everywhere


def test_a_package_that_differs_is_not_replaced_unless_that_is_said(root, tmp_path):
    out = tmp_path / "out"
    make(root, out)
    other = out / "2026-T3-ville.zip"
    other.write_bytes(b"annotated by hand")
    before = log(out)
    with pytest.raises(UsageError, match=r"2026-T3-ville.zip: is there already, and differs"):
        make(root, out)
    assert other.read_bytes() == b"annotated by hand" and log(out) == before
    states = {"2026-T3-caisse.zip": "unchanged", "2026-T3-ville.zip": "replaced"}
    assert make(root, out, replace=True) == states
    other.unlink()
    other.mkdir()
    for place, told in (
        (out, "is a folder; name another place"),
        (out / packages.LOG, "is a file"),
    ):
        with pytest.raises(UsageError, match=told):
            make(root, place)


@pytest.mark.parametrize("place", ["reports", "reports/_site/x", "data/store", "data/store/x/y"])
def test_a_folder_of_the_site_or_of_a_store_is_refused(root, place):
    (root / "data" / "store").mkdir(parents=True)
    (root / "data" / "store" / "ledger.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="name another folder"):
        make(root, root / place)
    link = root / "link"
    link.symlink_to(root / place.split("/x")[0])
    with pytest.raises(UsageError, match="name another folder"):
        make(root, link / "sub")
    assert not (root / place / packages.LOG).exists()


def spoil(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize(("file", "content", "said"), [
    ("editions/2026-T3/{}.ipynb", b"{}", "is not as the edition made it"),
    ("editions/2026-T3/{}.ipynb", None, "cannot be read (No such file"),
    ("_site/2026-T3/{}.csv", b"a\n", "does not hold the edition's rows"),
    ("_site/2026-T3/{}.csv", None, "cannot be read (No such file"),
    ("_site/2026-T3/{}.pdf", None, "cannot be read (No such file"),
    ("editions/2026-T3/donnees/dictionary.csv", None, "cannot be read (No such file"),
])  # fmt: skip
def test_what_is_not_as_published_is_not_packed_and_told(root, tmp_path, file, content, said):
    for path in {file.format(f"{packages.STUDY}-{partner}") for partner in ("caisse", "ville")}:
        spoil(root / "reports" / path, content)
    with pytest.raises(ObservError) as caught:
        make(root, tmp_path / "out")
    *problems, mend = caught.value.problems
    assert len(problems) == 2 and all(said in problem for problem in problems)
    assert mend == "publish it again: `observ edition 2026-T3`"
    assert not (tmp_path / "out").exists()


def test_an_edition_that_does_not_exist_or_has_no_partner_is_one_clear_line(root, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ObservError) as caught:
        packages.make_packages(root, Quarter("2025-T1"), out)
    assert str(caught.value) == (
        "edition 2025-T1: does not exist; there is 2026-T3; make it: `observ edition 2025-T1`"
    )
    site = root / "reports" / "_site"
    (site / "2026-T3").rename(site / "2026-T2")
    with pytest.raises(ObservError, match="does not hold 2026-T3; publish it again"):
        make(root, out)
    retell(root, lambda studies: studies[:1])
    with pytest.raises(ObservError, match="has no page of a partner"):
        make(root, out)


@pytest.mark.parametrize("text", ["", "a,b\n", "date,trimestre,organisme,fichier,sha256\nx\n"])
def test_a_log_that_is_none_is_left_as_it_is(root, tmp_path, text):
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / packages.LOG
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ObservError, match="is no log of packages"):
        make(root, tmp_path / "out")
    assert path.read_text(encoding="utf-8") == text
    assert list((tmp_path / "out").iterdir()) == [path]
