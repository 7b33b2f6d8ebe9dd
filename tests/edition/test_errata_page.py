"""An erratum follows its figure to every page, file and feed that tells it, and to no other."""

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from tests.edition import test_release as small
from tests.links import broken_links_of
from tests.publish.test_downloads import text_of

from observlib import estimates
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.edition import checklist
from observlib.edition import make as making
from observlib.edition import notices as told_errata
from observlib.edition import release as module
from observlib.estimates import make_comparisons
from observlib.pipeline import archive, disclosed, revisions
from observlib.publish import record, standing

release, kept_site = small.release, small.kept_site  # fixtures
T2, T3 = "2026-T2", "2026-T3"
LATER, LAST = date(2026, 12, 2), date(2026, 12, 9)
MARK = {
    "indicator": "satisfaction_10", "product": "vie-publique", "channel": "web",
    "device": "jdma-vie-publique", "period": T2, "unit": "sur 10", "n": 90, "source": "x@1",
}  # fmt: skip
WRONG = {"estimate": 7.4, "ci_low": 7.2, "ci_high": 7.6}
RIGHT = {"estimate": 7.1, "ci_low": 6.9, "ci_high": 7.3}
ERRATUM = Path(__file__).with_name("erratum.yml").read_text(encoding="utf-8")
READ = "on lisait 7,4 sur 10, il faut lire 7,1 sur 10."
Tell = Callable[..., None]


def telling(root: Path, patch: pytest.MonkeyPatch) -> Tell:
    """What editions tell from now on: the mark as it is given, and another that stays."""

    def set_to(by_post: float = 0, **mark: Any) -> None:
        other = MARK | RIGHT | {"product": "boamp", "device": "jdma-boamp"}
        rows = estimates.make([other, *([MARK | mark] if mark else [])])

        def frame(request: Any, decided: Any) -> dict[str, bytes]:
            there = str(request.quarter) == T2 and by_post
            more = [MARK | {"channel": "mail", "estimate": by_post}] if there else []
            all_rows = estimates.combine([rows, estimates.make(more)])
            files = archive.content(
                all_rows, make_comparisons(None), disclosed.disclosure_report(decided)
            )
            return {**files, "families.json": b"{}"}

        patch.setattr(making, "_frame", frame)
        of_none = {**vars(kept), "made": lambda folder, name, of, make: make()}
        never = SimpleNamespace(**of_none)
        patch.setattr(making, "kept", never)
        path, said = root / "notebooks" / "satisfaction.ipynb", f"say({mark})"
        if said in path.read_text(encoding="utf-8"):
            return
        small.write_study(root, "satisfaction")
        notebook = nbformat.read(path, as_version=4)
        shown = rows if mark else rows.iloc[:1]
        data = notebook.cells[2]["outputs"][0]["data"]
        data[estimates.MIME] = {"kind": "text", **estimates.to_json(shown)}
        notebook.cells[2].source = said  # else its page is kept
        nbformat.write(notebook, path)

    return set_to


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, kept_site: Path) -> Path:
    """A project whose two editions tell the wrong mark: only to be read, and copied."""
    root = small.make_root(tmp_path_factory.mktemp("errata").resolve() / "project", previous=False)
    small.write(root / "reports" / "_quarto.yml", small.QUARTO + small.PDF)
    small.write(
        root / "reports" / "index.qmd",
        "---\ntitle: Accueil\nformat: html\n---\n\n<!-- donnees -->\n<!-- /donnees -->\n",
    )
    with pytest.MonkeyPatch.context() as patch:
        small.prepare(root, patch, kept_site)
        telling(root, patch)(**WRONG)
        return small.release_both(root)


def mended(before: Path, root: Path, patch: pytest.MonkeyPatch) -> Path:
    """A copy of it, of which the source is mended, and nothing else done."""
    shutil.copytree(before, root, symlinks=True)
    small.prepare(root, patch, None)
    telling(root, patch)(**RIGHT)
    return root


@pytest.fixture
def root(before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return mended(before, tmp_path.resolve() / "project", monkeypatch)


@pytest.fixture
def tell(root: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return telling(root, monkeypatch)


@pytest.fixture(scope="module")
def corrected(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose two editions bear the erratum, to be read."""
    with pytest.MonkeyPatch.context() as patch:
        root = mended(before, tmp_path_factory.mktemp("corrected").resolve() / "project", patch)
        write(root)
        said = make_again(root)
        assert said == ["2026-T2 is made again: it tells figures of errata (note)"]
        yield root


def write(root: Path, text: str = ERRATUM, name: str = "note") -> Path:
    path = root / "reports" / revisions.Erratum.FOLDER / f"{name}.yml"
    small.write(path, text)
    return path


def make_again(root: Path, today: date = LATER) -> list[str]:
    """What the command does: the other editions first, then the latest; the lines that it says."""
    said: list[str] = []
    words: dict[str, Any] = {"publisher": "embedded", "today": today}
    asked = (root, root / "data", Quarter(T3))
    module.release_others(*asked, said.append, **words)
    module.release(*asked, **words)
    return said


def site(root: Path) -> Path:
    return root / "reports" / "_site"


def text(root: Path, name: str) -> str:
    page = (site(root) / name).read_text(encoding="utf-8")
    return " ".join(re.sub(r"[\u00a0\u202f]", " ", page).split())


def files(root: Path, quarter: str) -> dict[str, bytes]:
    found = small.tree(site(root) / quarter)
    return {name: content for name, content in found.items() if name not in record.UNREPEATED}


def test_both_editions_that_told_the_figure_bear_its_erratum_on_the_page_that_tells_it(corrected):
    root = corrected
    for quarter in (T2, T3):
        page = text(root, f"{quarter}/satisfaction.html")
        assert "Erratum du 2 décembre 2026" in page and READ in page
        assert "comptés deux fois. L’erreur venait de la source. L’édition a été refaite." in page
        assert 'href="../editions/errata.html#erratum-note"' in page
        assert record.errata(site(root) / quarter)["note"]["pages"] == ["satisfaction"]
        assert record.manifest_of(site(root) / quarter).revisions == ("2026-12-02",)
    assert broken_links_of(site(root)) == []


def test_a_page_that_does_not_tell_the_figure_tells_no_erratum_on_paper_or_screen(corrected):
    for page in ("panorama.html", "index.html"):
        assert "rratum" not in text(corrected, f"{T3}/{page}")
    for page, is_told in (("panorama.docx", False), ("satisfaction.docx", True)):
        with zipfile.ZipFile(site(corrected) / T3 / page) as book:
            words = book.read("word/document.xml").decode("utf-8")
        assert ("Erratum du" in words) == is_told
    printed = re.sub("[\u00a0\u202f]", " ", text_of(site(corrected) / T3 / "satisfaction.pdf"))
    told = " ".join(printed.split())
    assert "Erratum du 2 décembre 2026" in told and "il faut lire 7,1 sur 10" in told
    assert "Tout l’erratum" not in told, "a link leads nowhere on paper"
    assert "Erratum" not in text_of(site(corrected) / T3 / "panorama.pdf")


@pytest.mark.slow
def test_an_erratum_of_a_figure_that_an_edition_never_told_changes_no_byte_of_it(root, tell):
    write(root)
    tell(by_post=5.0, **RIGHT)
    make_again(root)
    before = files(root, T3)
    tell(by_post=6.0, **RIGHT)
    other = ERRATUM.replace("id: note", "id: courrier").replace("channel: web", "channel: mail")
    write(root, other.replace("7.4", "5").replace("7.1", "6"), "courrier")
    said = make_again(root, LAST)
    assert said == ["2026-T2 is made again: it tells figures of errata (courrier)"]
    assert files(root, T3) == before
    home = text(root, f"{T2}/index.html")  # no page tells it
    assert "on lisait 5,0 sur 10, il faut lire 6,0 sur 10." in home


def test_the_data_of_the_edition_have_the_erratum_and_mark_the_figure_as_revised(before, corrected):
    root = corrected
    assert not (site(before) / T3 / "donnees" / "errata.csv").exists()
    for quarter in (T2, T3):
        place = site(root) / quarter / "donnees"
        (row,) = pd.read_csv(place / "errata.csv", keep_default_na=False).to_dict("records")
        assert (row["erratum"], row["published"], row["corrected"]) == ("note", 7.4, 7.1)
        assert (row["day"], row["cause"], row["unit"]) == ("2026-12-02", "source", "sur 10")
        rows = pd.read_csv(place / "estimates.csv", keep_default_na=False)
        flags = dict(zip(rows["product"], rows["flags"], strict=True))
        assert flags == {"boamp": "", "vie-publique": "r"}
        about = json.loads((place / "datapackage.json").read_text(encoding="utf-8"))
        (resource,) = [one for one in about["resources"] if one["name"] == "errata"]
        assert [field["name"] for field in resource["schema"]["fields"]] == [*row]
        (book,) = place.glob("*.xlsx")
        sheet = CalamineWorkbook.from_path(book).get_sheet_by_name("Errata").to_python()
        assert any({7.4, 7.1} <= {*line} for line in sheet)
        (whole,) = place.glob("*.zip")
        assert any(name.endswith("/errata.csv") for name in zipfile.ZipFile(whole).namelist())
    assert 'href="2026-T3/donnees/errata.csv">Errata' in text(root, "index.html")


def test_a_page_beside_the_list_tells_all_errata_and_where_they_are_told(before, corrected):
    root = corrected
    assert "Aucun erratum n’a été publié." in text(before, "editions/errata.html")
    page = text(root, "editions/errata.html")
    assert 'id="erratum-note"' in page
    for cell in ("7,4 sur 10", "7,1 sur 10"):
        assert f"{cell}</td>" in page
    for quarter in (T2, T3):
        assert f'href="../{quarter}/satisfaction.html"' in page
    assert "panorama.html" not in page
    assert 'href="errata.html">1 erratum</a>' in text(root, "editions/index.html")
    reason = text(root, "series.csv")
    assert ",erratum-note," in reason


def test_nothing_is_published_without_reason_or_where_an_edition_is_wrong(root, release, tell):
    with pytest.raises(ObservError, match=r"7\.4 .*in 2026-T3, now 7\.1"):
        release(T3, today=LATER)
    tell(**WRONG)
    path = write(root)
    before = small.tree(site(root))

    def never(*words: Any) -> None:
        raise AssertionError("a study ran")

    with pytest.raises(ObservError) as caught:
        release(T3, today=LATER, executing=never)
    assert str(caught.value).startswith(f"{path}: satisfaction_10, vie-publique, web, jdma-")
    assert "tells 7.4, and should tell 7.1" in str(caught.value)
    assert small.tree(site(root)) == before


@pytest.mark.slow
def test_a_figure_that_is_withdrawn_and_on_no_page_is_told_on_the_home_page(root, tell):
    tell()
    write(root, ERRATUM.replace("corrected: 7.1", "withdrawn: true"))
    make_again(root)
    home = text(root, "index.html")
    assert "2e trimestre 2026 : ce chiffre est retiré." in re.sub("<[^>]*>", "", home)
    assert 'href="editions/errata.html#erratum-note"' in home
    assert "rratum" not in text(root, f"{T3}/satisfaction.html")
    assert "chiffre retiré</td>" in text(root, "editions/errata.html")
    (row,) = pd.read_csv(site(root) / T3 / "donnees" / "errata.csv").to_dict("records")
    assert pd.isna(row["corrected"]) and pd.isna(row["published"])
    listed = (site(root) / "editions" / "errata.html", site(root) / "feed.xml")
    assert not [path for path in listed if "7,4" in path.read_text(encoding="utf-8")]


def test_a_former_edition_that_cannot_be_made_again_says_so_and_stays(root, monkeypatch):
    write(root)
    before, real = small.tree(site(root)), module.release

    def gone(root: Path, data: Path, quarter: Quarter, **words: Any) -> Any:
        if quarter == T2:
            raise ObservError("quarter 2026-T2: the store has no data for it")
        return real(root, data, quarter, **words)

    monkeypatch.setattr(module, "release", gone)
    with pytest.raises(ObservError) as caught:
        make_again(root)
    first, last = caught.value.problems
    assert first == "quarter 2026-T2: the store has no data for it"
    assert last.startswith("2026-T2: could not be made again with errata (note), and is as it was")
    assert small.tree(site(root)) == before


def test_an_erratum_stops_releases_until_it_is_borne(root, corrected):
    write(root)
    for place, lacking, state in ((root, {T2: "note"}, "blocking"), (corrected, {}, "ok")):
        found = told_errata.unborne(place, place / "data", Quarter(T3), LATER)
        assert found == lacking and checklist.corrected(found).state == state
    assert "2026-T2 (note)" in checklist.corrected({T2: "note"}).told


def test_an_edition_stands_until_an_erratum_that_it_bears_is_changed(corrected):
    asked = (corrected, corrected / "data", Quarter(T3), (), {}, "embedded", LATER)
    assert standing.since(corrected, standing.now(*asked))
    write(corrected, ERRATUM.replace("d'un mois", "de deux mois"))
    now = standing.now(*asked)
    write(corrected)
    assert standing.since(corrected, now) is None
    assert not standing.may_run(corrected, now)  # no study has to


def test_an_erratum_that_is_taken_back_is_borne_no_more(corrected, tmp_path, monkeypatch):
    root = mended(corrected, tmp_path.resolve() / "project", monkeypatch)
    write(root).unlink()
    assert make_again(root, LAST) == ["2026-T2 is made again: it tells figures of errata (note)"]
    for quarter in (T2, T3):
        assert "rratum" not in text(root, f"{quarter}/satisfaction.html")
        assert not (site(root) / quarter / "donnees" / "errata.csv").exists()
        assert record.manifest_of(site(root) / quarter).revisions == ("2026-12-02", "2026-12-09")
