"""`observ code` and back: what people read reaches the store under the text's own device."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.copies import copy_catalogue
from tests.texts import TEXTS, verbatims, with_texts

from observlib import store
from observlib.base.period import Quarter

WORDS = [f"Le service {number} est long." for number in range(85)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue) -> Path:
    folder, texts = copy_catalogue(tmp_path), verbatims(WORDS)
    device = with_texts(catalogue).devices[TEXTS].model_dump(mode="json", exclude_defaults=True)
    (folder / "devices.yml").write_text(yaml.safe_dump([device]), encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "raw").mkdir()
    shutil.copytree(Path(__file__).parents[2] / "data" / "reference", tmp_path / "data/reference")
    monkeypatch.chdir(tmp_path)
    real: Callable[..., pd.DataFrame] = store.read

    def read(data: Path, table: str, first: Quarter, last: Quarter, **where: str) -> pd.DataFrame:
        if table != "verbatims":
            return real(data, table, first, last, **where)
        within = texts["date"].between(pd.Timestamp(first.start), pd.Timestamp(last.end))
        return texts[within & (texts["device"] == where["device"])]

    monkeypatch.setattr(store, "read", read)
    return tmp_path


def codes(place: Path) -> pd.DataFrame:
    return store.read(place / "data", "codes", None, None)


def fill(path: Path, code: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    for row in rows:
        row["Colère"] = code
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_texts_are_drawn_handed_out_filled_in_and_taken_back(observ, place):
    code, out, err = observ("code", TEXTS, "2026-T3", "--sample", "40")
    assert (code, err) == (0, "")
    assert "Drew 40 of the 85 texts" in out and "Colère: oui, non." in out
    folder = place / "data" / "raw" / "codage"
    names = [f"codage_{TEXTS}_2026-T3_codeur-{coder}.csv" for coder in (1, 2)]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert observ("ingest", "data/raw")[0] == 0  # before anyone filled them in
    for name, word in zip(names, ("oui", "non"), strict=True):
        fill(folder / name, word)
    code, out, err = observ("ingest", "data/raw")
    assert (code, err) == (0, "")
    found = codes(place)
    assert len(found) == 80 and set(found["device"]) == {TEXTS}
    by_coder = found.groupby("coder")["code"].unique().str.join("").to_dict()
    assert by_coder == {"1": "yes", "2": "no"}
    assert set(found["answer_id"]) < set(verbatims(WORDS)["answer_id"])
    fill(folder / names[0], "non")  # a coder's second thoughts take the place of the first
    assert observ("ingest", "data/raw")[0] == 0
    found = codes(place)
    assert len(found) == 80 and set(found["code"]) == {"no"}


def test_what_cannot_be_drawn_or_taken_back_is_told_in_a_line(observ, place):
    code, _, err = observ("code", "inconnu", "2026-T3")
    assert code == 2 and "device 'inconnu': does not exist" in err
    code, _, err = observ("code", TEXTS, "2026-T1")
    assert code == 1 and "no text of 2026-T1" in err
    assert observ("code", TEXTS, "2026-T3")[0] == 0
    code, _, err = observ("code", TEXTS, "2026-T3")
    assert code == 1 and err.count("may be filled in") == 2
    folder = place / "data" / "raw" / "codage"
    one, two = sorted(folder.iterdir())
    fill(one, "peut-être")
    two.rename(folder / "codage_autre-dispositif_2026-T3_codeur-2.csv")
    code, _, err = observ("ingest", "data/raw")
    assert code == 1 and "named after the device 'autre-dispositif'" in err
    assert "such as row 2: Colère is none of oui, non" in err
