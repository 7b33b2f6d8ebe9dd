"""What an edition tells is decided once: every page, and the next edition, find the same."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.confidentiality import control
from observlib.estimates import make_comparisons
from observlib.language.words import rounded_estimates
from observlib.pipeline import archive, disclosed, frame
from observlib.pipeline.project import catalogue
from observlib.study import Study

ROOT = Path(__file__).parents[2]
LAST = Quarter("2026-T3")


@pytest.fixture(scope="module")
def place(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project of its own, with the demonstration's data, whose edition tells of satisfaction."""
    root = tmp_path_factory.mktemp("told")
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    for name in ("catalogue", "practices", "actions", "store"):
        shutil.copytree(demonstration / name, root / "data" / "demo" / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(disclosed, "jobs", lambda _: [("satisfaction", "")])
        disclosed._followed.cache_clear()
        yield root / "data" / "demo"
        disclosed._followed.cache_clear()


def test_a_page_tells_what_was_decided_and_not_what_was_computed(place):
    decided = disclosed.disclosure_decisions(place, LAST)
    assert len(decided.changes) and not decided.tried["pinned"].any()
    rows = Study("2026-T3", str(place)).estimates("satisfaction")
    shown = control.latest([rows])
    for row in estimates.records(decided.changes):
        assert shown[control.estimate_key(row)]["status"] == row["status"]
    exact = frame.given(place, LAST, "satisfaction").estimates
    assert (exact["status"] != rows["status"]).any()


def test_an_edition_whose_attack_leaves_out_a_share_for_no_reason_is_refused(place, monkeypatch):
    path = place.parent / "catalogue" / "indicators.yml"
    text = path.read_text(encoding="utf-8")
    monkeypatch.setattr(disclosed, "jobs", lambda _: [("subscriptions", "")])
    disclosed._followed.cache_clear()
    try:
        disclosed.disclosure_decisions(place, LAST)
        unnamed = text.replace("  untried: no month is told between which few leave\n", "")
        path.write_text(unnamed, encoding="utf-8")
        with pytest.raises(ObservError, match=r"^subscription_survival \(%\): no attack tries"):
            disclosed.disclosure_decisions(place, LAST)
    finally:
        path.write_text(text, encoding="utf-8")
        disclosed._followed.cache_clear()


def publish(place: Path, rows: pd.DataFrame, quarter: Quarter, day: date) -> None:
    """Keep an edition that told these estimates as published."""
    rows = rounded_estimates(rows, catalogue(place))
    steps = disclosed.disclosure_report(disclosed.disclosure_decisions(place, LAST))
    edition = place.parent / "edition"
    edition.mkdir(exist_ok=True)
    for name, content in archive.content(rows, make_comparisons(None), steps).items():
        (edition / name).write_bytes(content)
    archive.keep_estimates(place, quarter, edition, day)


def forget() -> None:
    """Ask again what an edition tells, which this process has at hand."""
    disclosed._followed.cache_clear()
    disclosed._decisions.cache_clear()


def test_what_was_just_published_changes_nothing_of_what_is_told(place, monkeypatch):
    before = disclosed.disclosure_decisions(place, LAST)
    told = disclosed.disclosed_family(place, LAST, "satisfaction").estimates
    publish(place, told, LAST, date(2026, 11, 24))
    with monkeypatch.context() as patch:
        patch.setattr(control, "decide", lambda *_: pytest.fail("it is decided again"))
        after = disclosed.disclosure_decisions(place, LAST)
    pd.testing.assert_frame_equal(after.changes, before.changes)
    assert after.digest == before.digest
    monkeypatch.setattr(disclosed, "_folder", lambda: None)
    forget()
    anew = disclosed.disclosure_decisions(place, LAST)  # by a reviewer, who has nothing kept
    assert disclosed.disclosure_report(anew) == disclosed.disclosure_report(after)
    pd.testing.assert_frame_equal(anew.tried, after.tried)
    shutil.rmtree(place / archive.ARCHIVE_FOLDER)


def test_a_correction_of_marks_is_told_of_the_months_that_it_changes_and_of_no_other(place):
    """Every figure stood as before: it rests on as many answers."""
    device = "jdma-legifrance"
    before = disclosed.disclosed_family(place, LAST, "satisfaction").estimates
    publish(place, before, Quarter("2026-T2"), date(2026, 8, 24))
    forget()
    (place / "corrections").mkdir()
    (place / "corrections" / "septembre.yml").write_text(
        f"id: septembre\ntitle: Septembre\ndevice: {device}\nfirst: 2026-09-01\n"
        "last: 2026-09-30\nwhere: {question: satisfaction, value: 10}\ncolumn: value\n"
        "expect: 10\nbecomes: 5\nreason: Deux visages.\ndate: 2026-10-01\n"
        "provider: équipe\nstatus: permanent\n",
        encoding="utf-8",
    )
    after = disclosed.disclosed_family(place, LAST, "satisfaction").estimates
    then, now = (
        rounded_estimates(
            rows[(rows["device"] == device) & (rows["indicator"] == "satisfaction_10")],
            catalogue(place),
        ).set_index("period")["estimate"]
        for rows in (before, after)
    )
    moved = {period for period in now.index if now[period] != then[period]}
    assert moved == {"2026-T3"}, (then, now)
    shutil.rmtree(place / archive.ARCHIVE_FOLDER)
    shutil.rmtree(place / "corrections")
    disclosed._followed.cache_clear()


def test_what_could_be_worked_back_stops_the_edition(place, monkeypatch):
    monkeypatch.setattr(control, "_with_less", lambda rows, *_: rows)
    monkeypatch.setattr(disclosed, "_folder", lambda: None)
    forget()
    with pytest.raises(ObservError, match="could be worked back from"):
        disclosed.disclosure_decisions(place, LAST)
    disclosed._followed.cache_clear()
