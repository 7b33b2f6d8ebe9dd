"""A year of a small agency: what comes late, what was wrong and what ends, an edition a quarter."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests import agency

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.confidentiality.attack import attack
from observlib.confidentiality.disclosure import Knowledge, Published
from observlib.edition.release import release
from observlib.estimates import FIGURE
from observlib.pipeline import archive, project

pytestmark = pytest.mark.slow  # five editions

FIRST, SECOND, THIRD, LAST = "2025-T4", "2026-T1", "2026-T2", "2026-T3"
DAYS = {FIRST: "2026-01-20", SECOND: "2026-04-20", THIRD: "2026-07-20", LAST: "2026-10-20"}
MENDED = "2026-09-01"  # the day on which the third edition was published again
NUMBERS = ["estimate", "ci_low", "ci_high", "n", "status"]
VISITS = {"indicator": "visits", "product": "boamp", "channel": "web", "device": "visites"}
ERRATUM = {
    "id": "mai-double", "day": date.fromisoformat(MENDED), "cause": "source",
    "what": "Les visites de mai étaient comptées deux fois.",
    "figures": [
        {**VISITS, "period": "2026-05", "published": 18_600, "corrected": 9_300},
        {**VISITS, "period": THIRD, "published": 37_200, "corrected": 27_900},
    ],
}  # fmt: skip
TOLD = {"provider": "équipe", "date": date(2026, 9, 30), "status": "permanent"}
WAITS = TOLD | {
    "id": "minutes", "title": "Des attentes sont dites en minutes", "device": "appels",
    "first": date(2026, 5, 1), "last": date(2026, 5, 31), "column": "wait", "times": 60,
    "reason": "Le standard a dit des minutes.",
}  # fmt: skip
FEBRUARY = TOLD | {
    "id": "panne", "title": "Une panne de la mesure", "device": "visites", "column": "visits",
    "first": date(2026, 2, 1), "last": date(2026, 2, 28), "expect": 9_300, "becomes": 1,
    "reason": "La mesure a compté des robots.",
}  # fmt: skip


def reason(name: str, since: str, **what: list[str]) -> dict[str, Any]:
    """An entry of the policy of revisions."""
    why = f"Une source a été corrigée ({name})."
    day = date.fromisoformat(since)
    return {"id": name, "kind": "correction", "why": why, "since": day, **what}


def ingest(data: Path) -> None:
    done = store.ingest(data / "raw", data, project.catalogue(data))
    assert not done.problems and not done.unclaimed and done.rejects.empty


def publish(data: Path, quarter: str, day: str) -> None:
    root, today = Path.cwd(), date.fromisoformat(day)
    _, failed = release(root, data, Quarter(quarter), publisher="embedded", today=today)
    assert failed == []


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The agency's data folder, after its year."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root := tmp_path_factory.mktemp("agency"))
        data = agency.found(root)
        for quarter in Quarter(FIRST).back(5):
            agency.bring(data, quarter)
        ingest(data)
        publish(data, FIRST, DAYS[FIRST])
        contacts_come_late(data)
        exports_are_wrong_and_put_right(root, data)
        sources_are_corrected_and_a_device_ends(data)
        yield data


def contacts_come_late(data: Path) -> None:
    agency.bring(data, SECOND)
    agency.late(data, FIRST)
    agency.devices(data, avis_boamp="Le bouton des annonces")
    ingest(data)
    publish(data, SECOND, DAYS[SECOND])


def exports_are_wrong_and_put_right(root: Path, data: Path) -> None:
    agency.bring(data, THIRD)
    exports = {
        data / "raw" / f"visites_{SECOND}.csv": lambda text: agency.double(text, "2026-02"),
        data / "raw" / f"visites_{THIRD}.csv": lambda text: agency.double(text, "2026-05"),
        data / "raw" / f"avis-legifrance_{THIRD}.csv": agency.upside_down,
    }
    right = {path: path.read_text(encoding="utf-8") for path in exports}
    for path, spoil in exports.items():
        path.write_text(spoil(right[path]), encoding="utf-8")
    ingest(data)
    with pytest.raises(ObservError, match=r"visits.*2026-02.*in 2026-T1, now"):
        publish(data, THIRD, DAYS[THIRD])
    told_before, *wrong = exports
    told_before.write_text(right[told_before], encoding="utf-8")
    ingest(data)
    publish(data, THIRD, DAYS[THIRD])
    for path in wrong:
        path.write_text(right[path], encoding="utf-8")
    ingest(data)
    agency.write(root / "reports" / "errata" / f"{ERRATUM['id']}.yml", ERRATUM)
    explain(data, reason("exports", MENDED, device=["visites", "avis-legifrance"]))
    publish(data, THIRD, MENDED)


def sources_are_corrected_and_a_device_ends(data: Path) -> None:
    agency.bring(data, LAST)
    calls = agency.read(data / "raw" / f"appels_{THIRD}.csv")
    in_may = sum(call["date"].startswith("2026-05") for call in calls)
    for sheet in (WAITS | {"rows": in_may}, FEBRUARY):
        agency.write(data / "corrections" / f"{sheet['id']}.yml", sheet)
    for path in (data / "raw").glob("textes_*"):
        path.unlink()
    agency.devices(data, without="textes")
    explain(data, reason("sources", DAYS[LAST], device=["visites", "appels"]))
    ingest(data)
    publish(data, LAST, DAYS[LAST])


def explain(data: Path, entry: dict[str, Any]) -> None:
    path = data / "catalogue" / "revisions.yml"
    agency.write(path, [*yaml.safe_load(path.read_text(encoding="utf-8")), entry])


def told(data: Path, place: int) -> pd.DataFrame:
    """The figures of a publication, in the order of their publishing."""
    return archive.earlier(data)[place].told.estimates.set_index(FIGURE).sort_index()


def both(data: Path, first: int, then: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The numbers of the figures that two publications tell."""
    one, other = told(data, first), told(data, then)
    same = one.index.intersection(other.index)
    return one.loc[same, NUMBERS], other.loc[same, NUMBERS]


def changed(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The figures that are told otherwise, as they are told now."""
    same = (before == now) | (before.isna() & now.isna())
    return now[~same.all(axis=1)].reset_index()


def page(quarter: str, name: str) -> str:
    return (Path("reports/_site") / quarter / name).read_text(encoding="utf-8")


def test_each_quarter_has_its_edition_which_readers_find_in_the_list(data):
    listed = page("editions", "index.html")
    for quarter in DAYS:
        assert f"../{quarter}/index.html" in listed
        assert "Les notes" in page(quarter, "annee.html")
    # few late contacts change no figure of those who came before them
    now = changed(*both(data, 0, 1))
    assert set(now["indicator"]) == {"calls_offered"}  # how many called is told to one
    # a label that changes is read, and changes no figure
    assert "Le bouton des annonces" in page(SECOND, "origins-data.js")


def test_an_export_that_was_put_right_is_told_with_its_reason(data):
    now = changed(*both(data, 2, 3))
    assert set(now["device"]) == {"visites", "avis-legifrance"}
    marks = now[(now["indicator"] == "satisfaction_10") & (now["period"] == THIRD)]
    assert len(marks) == 1 and marks["estimate"].item() > 7
    assert told(data, 2).loc[tuple(marks[FIGURE].iloc[0]), "estimate"] < 3
    assert "Une source a été corrigée (exports)." in page(THIRD, "methode.html")
    assert ERRATUM["what"] in page(THIRD, "annee.html")


def test_a_right_export_that_is_put_back_counts_again(data):
    for place in (1, 2):
        visits = told(data, place).xs(("visits", "2026-02"), level=("indicator", "period"))
        assert visits["estimate"].tolist() == [9_300]
    # a month that was of nobody is withheld, and stops no later edition
    visits = told(data, 4).xs(("visits", "2026-02"), level=("indicator", "period"))
    assert visits["status"].tolist() == ["suppressed"] and visits["estimate"].isna().all()
    # waits that a source told in minutes are told in seconds
    now = changed(*both(data, 3, 4))
    waits = now[(now["indicator"] == "wait_p90") & (now["period"] == THIRD)]
    assert waits["estimate"].item() > 10 * 60
    assert "Une source a été corrigée (sources)." in page("editions", f"changements-{LAST}.html")


def test_a_device_that_ends_is_told_no_more_and_keeps_what_it_told(data):
    def of(place: int, period: str) -> pd.Series:
        rows = told(data, place).reset_index()
        own = rows[(rows["device"] == "textes") & (rows["period"] == period)]
        return own.set_index(["indicator", "group_value"])["estimate"].dropna()

    assert of(3, THIRD)["text_count"].sum() > 0 and of(4, LAST).empty
    assert of(4, THIRD)["partner_texts"].equals(of(3, THIRD)["partner_texts"])
    assert "textes" not in page(LAST, "origins-data.js")


def test_all_editions_together_give_nobody_away(data):
    published = [one.told for one in archive.earlier(data)]
    assert len(published) == 5 and all(one.wide for one in published)
    for device in agency.DEVICES:
        rows = [one.estimates[one.estimates["device"] == device] for one in published]
        own = [Published(frame, one.wide) for frame, one in zip(rows, published, strict=True)]
        marks = store.marks_given(data).query("device == @device")
        tried = attack(own, Knowledge(project.catalogue(data), marks))
        assert not tried["pinned"].any(), tried[tried["pinned"]]
