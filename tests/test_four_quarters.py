"""A year of a small agency: what comes late, what was wrong and what ends, an edition a quarter."""

import csv
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.copies import ROOT
from tests.edition.conftest import Make

from observlib import store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.yaml_files import dump
from observlib.confidentiality.attack import attack
from observlib.confidentiality.disclosure import Knowledge, Published
from observlib.edition.execute import started
from observlib.edition.release import release
from observlib.estimates import FIGURE
from observlib.pipeline import archive, project
from observlib.publish import standing

pytestmark = pytest.mark.slow  # five editions

BUTTONS = ("avis-boamp", "avis-legifrance", "avis-vie-publique")
DEVICES = {
    **{name: ("ratings", "web", name.removeprefix("avis-")) for name in BUTTONS},
    "appels": ("calls", "phone", "service-public"),
    "messages": ("tickets", "mail", "service-public"),
    "textes": ("verbatims", "web", "boamp"), "visites": ("audience", "web", "boamp"),
}  # fmt: skip
THEMES = ("identité", "logement", "retraite", "fiscalité")
CODE = (
    """from observlib import Study

study = Study(quarter, data)
marks = study.estimates("satisfaction", indicator="satisfaction_10", period=quarter)
contacts = study.estimates("contacts", period=quarter)
visits = study.estimates("visits", indicator="visits", period=quarter)""",
    """study.text(study.say.span(marks), absent="Rien.")""",
    """#| label: tbl-marks
study.table(marks, "Les notes du trimestre")""",
    """#| label: tbl-visits
study.table(visits, "Les visites du trimestre")""",
    """#| label: tbl-contacts
told = ["calls_offered", "wait_median", "first_answer_median", "tickets_received"]
study.board(contacts, "Les contacts du trimestre", rows="device", indicator=told)""",
)
ROUTINE = [
    {"id": "en-retard", "kind": "routine", "why": "Des contacts sont arrivés après l'édition.",
     "indicator": ["calls_offered", "tickets_received"], "months": 6, "at_most": 1},
]  # fmt: skip
Rows = Iterable[Mapping[str, Any]]
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


def founded(root: Path) -> Path:
    """The agency, founded: its project with one study; the data folder."""
    for name in ("catalogue", "formats", "reference"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    standing.copy_sources(ROOT, root / "reports")
    opening, finding, *rest = CODE
    said = Make.shows(finding, tags=("finding",))
    Make.write(root / "notebooks" / "annee.ipynb", opening, said, *rest)
    data = root / "data" / "agence"
    (data / "raw").mkdir(parents=True)
    write(data / "catalogue" / "revisions.yml", ROUTINE)
    devices(data)
    return data


def devices(data: Path, without: str = "", **labels: str) -> None:
    """Write the devices of the catalogue but for one, with these labels in place of their own."""
    entries = [
        {
            "id": id, "label": labels.get(id.replace("-", "_"), f"Dispositif {id}"),
            "label_en": f"Device {id}", "family": "feedback", "channel": channel,
            "owner": "numerique", "product": product, "frequency": "continuous",
            "personal_data": "Aucune.",
            "pattern": f"{id}_*.csv", "loader": "plain_csv", "table": table,
        }
        for id, (table, channel, product) in DEVICES.items()
        if id not in without
    ]  # fmt: skip
    write(data / "catalogue" / "devices.yml", entries)


def export(data: Path, name: str, rows: Rows) -> Path:
    """Write an export into the folder of exports."""
    path, listed = data / "raw" / f"{name}.csv", [*rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
    return path


def late(data: Path, quarter: str) -> None:
    """One to three marks, a call and a text of a quarter that come after its edition."""
    day = Quarter(quarter).start + timedelta(days=40)
    for many, device in enumerate(BUTTONS, start=1):
        rows = [mark(f"late{number}", day, 5 * number) for number in range(many)]
        export(data, f"{device}_late", rows)
    call = next(iter(calls(quarter, 1))) | {"call_id": "late0", "date": day, "theme": THEMES[-1]}
    export(data, "appels_late", [call | {"moment": f"{day} 09:00:00"}])
    export(data, "textes_late", [{**next(iter(texts(quarter, 1))), "answer_id": "late0"}])


def double(text: str, month: str) -> str:
    """An export of visits in which a month is counted twice."""
    return re.sub(rf"({month}),(\d+)", lambda found: f"{found[1]},{2 * int(found[2])}", text)


def upside_down(text: str) -> str:
    """An export of marks whose best is told as the worst."""
    swap = {"0": "10", "5": "5", "10": "0"}
    return re.sub(r"satisfaction,(\d+),", lambda found: f"satisfaction,{swap[found[1]]},", text)


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(dump(content), encoding="utf-8")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of an export."""
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def chance(seed: str) -> np.random.Generator:
    return np.random.default_rng([*seed.encode()])


def days(quarter: str, many: int, seed: str) -> list[date]:
    own = Quarter(quarter)
    drawn = chance(seed).integers(0, (own.end - own.start).days + 1, many)
    return sorted(own.start + timedelta(days=int(day)) for day in drawn)


def ratings(device: str, quarter: str, many: int) -> Rows:
    """Marks of three faces, two of them rare."""
    seed = f"{device} {quarter}"
    marks = chance(seed).choice([0, 5, 10], many, p=[0.1, 0.2, 0.7])
    for number, (day, value) in enumerate(zip(days(quarter, many, seed), marks, strict=True)):
        yield mark(f"{quarter}x{number}", day, value)


def mark(name: str, day: date, value: int) -> dict[str, Any]:
    row = {"answer_id": name, "date": day, "question": "satisfaction", "value": value}
    return row | {"scale_min": 0, "scale_max": 10}


def calls(quarter: str, many: int) -> Rows:
    seed = chance(f"calls {quarter}")
    for number, day in enumerate(days(quarter, many, "calls")):
        wait = int(seed.exponential(90))
        yield {
            "call_id": f"{quarter}x{number}", "date": day, "moment": f"{day} 09:00:00",
            "outcome": "answered" if seed.random() < 0.85 else "abandoned", "wait": wait,
            "talk": 240, "theme": seed.choice(THEMES, p=[0.5, 0.3, 0.15, 0.05]),
        }  # fmt: skip


def tickets(quarter: str, many: int) -> Rows:
    seed = chance(f"tickets {quarter}")
    end = Quarter(quarter).end + timedelta(days=4)
    for number, day in enumerate(days(quarter, many, "tickets")):
        answer = min(day + timedelta(days=int(seed.exponential(2))), end)
        yield {
            "ticket_id": f"{quarter}x{number}", "date": day, "received": f"{day} 08:00:00",
            "answered": f"{answer} 10:00:00", "closed": f"{answer} 11:00:00",
            "extracted": f"{end} 12:00:00", "reopened": 0, "theme": seed.choice(THEMES),
        }  # fmt: skip


def texts(quarter: str, many: int) -> Rows:
    for number, day in enumerate(days(quarter, many, "texts")):
        text = f"Le formulaire numéro {number} est trop long et se perd en chemin."
        yield {"answer_id": f"{quarter}x{number}", "date": day, "question": "title", "text": text}


def visits(quarter: str) -> Rows:
    for number, month in enumerate(Quarter(quarter).months):
        yield {"month": month, "visits": 9_000 + 300 * number}


def bring(data: Path, quarter: str) -> None:
    """The exports that a quarter brings."""
    rows: dict[str, Rows] = {
        device: ratings(device, quarter, 70 + 12 * place) for place, device in enumerate(BUTTONS)
    }
    rows |= {"appels": calls(quarter, 540), "messages": tickets(quarter, 160)}
    rows |= {"textes": texts(quarter, 45), "visites": visits(quarter)}
    for device, own in rows.items():
        export(data, f"{device}_{quarter}", own)


def reason(name: str, since: str, **what: list[str]) -> dict[str, Any]:
    """An entry of the policy of revisions."""
    why = f"Une source a été corrigée ({name})."
    day = date.fromisoformat(since)
    return {"id": name, "kind": "correction", "why": why, "since": day, **what}


def ingest(data: Path) -> None:
    done = store.ingest(data / "raw", data, project.catalogue(data))
    assert not done.problems and not done.unclaimed and done.rejects.empty


def publish(workers: Executor, data: Path, quarter: str, day: str) -> None:
    how: dict[str, Any] = {"publisher": "embedded", "today": date.fromisoformat(day)}
    _, failed = release(Path.cwd(), data, Quarter(quarter), workers=workers, **how)
    assert failed == []


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The agency's data folder, after its year."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root := tmp_path_factory.mktemp("agency"))
        data = founded(root)
        for quarter in Quarter(FIRST).back(5):
            bring(data, quarter)
        ingest(data)
        with started(root) as workers:
            publish(workers, data, FIRST, DAYS[FIRST])
            contacts_come_late(workers, data)
            exports_are_wrong_and_put_right(workers, root, data)
            sources_are_corrected_and_a_device_ends(workers, data)
        yield data


def contacts_come_late(workers: Executor, data: Path) -> None:
    bring(data, SECOND)
    late(data, FIRST)
    devices(data, avis_boamp="Le bouton des annonces")
    ingest(data)
    publish(workers, data, SECOND, DAYS[SECOND])


def exports_are_wrong_and_put_right(workers: Executor, root: Path, data: Path) -> None:
    bring(data, THIRD)
    exports = {
        data / "raw" / f"visites_{SECOND}.csv": lambda text: double(text, "2026-02"),
        data / "raw" / f"visites_{THIRD}.csv": lambda text: double(text, "2026-05"),
        data / "raw" / f"avis-legifrance_{THIRD}.csv": upside_down,
    }
    right = {path: path.read_text(encoding="utf-8") for path in exports}
    for path, spoil in exports.items():
        path.write_text(spoil(right[path]), encoding="utf-8")
    ingest(data)
    with pytest.raises(ObservError, match=r"visits.*2026-02.*in 2026-T1, now"):
        publish(workers, data, THIRD, DAYS[THIRD])
    told_before, *wrong = exports
    told_before.write_text(right[told_before], encoding="utf-8")
    ingest(data)
    publish(workers, data, THIRD, DAYS[THIRD])
    for path in wrong:
        path.write_text(right[path], encoding="utf-8")
    ingest(data)
    write(root / "reports" / "errata" / f"{ERRATUM['id']}.yml", ERRATUM)
    explain(data, reason("exports", MENDED, device=["visites", "avis-legifrance"]))
    publish(workers, data, THIRD, MENDED)


def sources_are_corrected_and_a_device_ends(workers: Executor, data: Path) -> None:
    bring(data, LAST)
    calls = read(data / "raw" / f"appels_{THIRD}.csv")
    in_may = sum(call["date"].startswith("2026-05") for call in calls)
    for sheet in (WAITS | {"rows": in_may}, FEBRUARY):
        write(data / "corrections" / f"{sheet['id']}.yml", sheet)
    for path in (data / "raw").glob("textes_*"):
        path.unlink()
    devices(data, without="textes")
    explain(data, reason("sources", DAYS[LAST], device=["visites", "appels"]))
    ingest(data)
    publish(workers, data, LAST, DAYS[LAST])


def explain(data: Path, entry: dict[str, Any]) -> None:
    path = data / "catalogue" / "revisions.yml"
    write(path, [*yaml.safe_load(path.read_text(encoding="utf-8")), entry])


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
    for device in DEVICES:
        rows = [one.estimates[one.estimates["device"] == device] for one in published]
        own = [Published(frame, one.wide) for frame, one in zip(rows, published, strict=True)]
        marks = store.marks_given(data).query("device == @device")
        tried = attack(own, Knowledge(project.catalogue(data), marks))
        assert not tried["pinned"].any(), tried[tried["pinned"]]
