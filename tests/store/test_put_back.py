"""A right export that is put back after a wrong one counts again; an absent one undoes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from observlib import store
from observlib.catalogue import Catalogue

Write = Callable[..., Path]
RIGHT = {f"r{n}": ("2026-05-04", 4.0) for n in range(20)}
WRONG = {name: (day, 1.0) for name, (day, _) in RIGHT.items()}
JUNE = {f"s{n}": ("2026-06-04", 5.0) for n in range(15)}


def marks(data: Path) -> list[float]:
    return sorted(store.read(data, "ratings")["value"].tolist())


@pytest.mark.parametrize("name", ["may", "other"])
def test_a_right_export_put_back_in_place_of_a_wrong_one_counts_again(
    tmp_path, catalogue, ratings, name
):
    raw = tmp_path / "raw"
    path = ratings(raw, "may", RIGHT)
    right = path.read_bytes()
    store.ingest(raw, tmp_path, catalogue)
    before = marks(tmp_path)
    ratings(raw, "may", WRONG)
    store.ingest(raw, tmp_path, catalogue)
    assert marks(tmp_path) == [1.0] * 20
    path.unlink()
    again = path.with_name(path.name.replace("may", name))
    again.write_bytes(right)
    done = store.ingest(raw, tmp_path, catalogue)
    assert done.replaced == [f"{again.name}: corrects 20 rows of {path.name}"]
    assert marks(tmp_path) == before
    assert store.ingest(raw, tmp_path, catalogue).devices["unchanged"].tolist() == [1]
    assert marks(tmp_path) == before


def test_a_wrong_export_that_is_deleted_beside_the_right_one_no_longer_counts(
    tmp_path, catalogue, ratings
):
    raw = tmp_path / "raw"
    ratings(raw, "may", RIGHT)
    store.ingest(raw, tmp_path, catalogue)
    wrong = ratings(raw, "may2", WRONG | JUNE)
    store.ingest(raw, tmp_path, catalogue)
    wrong.unlink()
    store.ingest(raw, tmp_path, catalogue)
    assert marks(tmp_path) == [4.0] * 20 + [5.0] * 15  # its other rows stay, as of any export


def test_a_right_export_beside_the_wrong_one_says_how_it_counts_again(tmp_path, catalogue, ratings):
    raw = tmp_path / "raw"
    right = ratings(raw, "may", RIGHT).read_bytes()
    store.ingest(raw, tmp_path, catalogue)
    wrong = ratings(raw, "may", WRONG)
    store.ingest(raw, tmp_path, catalogue)
    again = wrong.with_name(wrong.name.replace("may", "right"))
    again.write_bytes(right)
    done = store.ingest(raw, tmp_path, catalogue)
    (notice,) = done.notices
    assert notice.endswith(f"if {wrong.name} is wrong, delete it and ingest the folder again")
    assert marks(tmp_path) == [1.0] * 20
    wrong.unlink()
    store.ingest(raw, tmp_path, catalogue)
    assert marks(tmp_path) == [4.0] * 20


def test_an_export_that_is_deleted_or_in_another_folder_undoes_nothing(
    tmp_path, catalogue, ratings
):
    """Older exports are deleted, and folders of quarters are read one by one."""
    raw = tmp_path / "raw"
    first = ratings(raw / "2026-T2", "may", WRONG)
    store.ingest(raw, tmp_path, catalogue)
    ratings(raw / "2026-T3", "may", RIGHT | JUNE)
    store.ingest(raw, tmp_path, catalogue)
    now = marks(tmp_path)
    store.ingest(raw / "2026-T2", tmp_path, catalogue)
    assert marks(tmp_path) == now
    first.unlink()
    store.ingest(raw, tmp_path, catalogue)
    assert marks(tmp_path) == now


def test_exports_that_were_corrected_again_since_keep_their_order(tmp_path, catalogue, ratings):
    raw = tmp_path / "raw"
    ratings(raw, "a", RIGHT)
    store.ingest(raw, tmp_path, catalogue)
    wrong = ratings(raw, "b", WRONG)
    store.ingest(raw, tmp_path, catalogue)
    ratings(raw, "c", {name: (day, 5.0) for name, (day, _) in RIGHT.items()} | JUNE)
    store.ingest(raw, tmp_path, catalogue)
    wrong.unlink()
    store.ingest(raw, tmp_path, catalogue)
    assert marks(tmp_path) == [5.0] * 35


def test_two_exports_that_a_wrong_one_corrected_count_again_as_they_came(
    tmp_path, catalogue, ratings
):
    raw = tmp_path / "raw"
    ratings(raw, "z", RIGHT)
    store.ingest(raw, tmp_path, catalogue)
    ratings(raw, "a", RIGHT | {"r1": ("2026-05-04", 5.0)})
    store.ingest(raw, tmp_path, catalogue)
    before = marks(tmp_path)
    wrong = ratings(raw, "wrong", WRONG)
    store.ingest(raw, tmp_path, catalogue)
    wrong.unlink()
    store.ingest(raw, tmp_path, catalogue)
    assert marks(tmp_path) == before


def test_what_exports_and_corrections_change_of_many_people_is_known_by_month(
    tmp_path, catalogue: Catalogue, ratings
):
    """An export that repeats answers and adds some corrects nobody's."""
    raw = tmp_path / "raw"
    device = "satisfaction-3939"
    ratings(raw, "a", RIGHT | JUNE)
    store.ingest(raw, tmp_path, catalogue)
    ratings(raw, "b", RIGHT | JUNE | {"late": ("2026-05-30", 1.0)})
    store.ingest(raw, tmp_path, catalogue)
    assert store.amended(tmp_path, device) == []
    few = {name: (day, 2.0) for name, (day, _) in [*RIGHT.items()][:10]}
    ratings(raw, "c", RIGHT | JUNE | few)
    store.ingest(raw, tmp_path, catalogue)
    assert store.amended(tmp_path, device) == []
    ratings(raw, "d", WRONG | JUNE)
    store.ingest(raw, tmp_path, catalogue)
    ((of, product, month, _),) = store.amended(tmp_path, device)
    assert (of, product, month) == (device, "allo-service-public", "2026-05")
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections" / "juin.yml").write_text(
        f"id: juin\ntitle: Juin\ndevice: {device}\nfirst: 2026-06-01\nlast: 2026-06-30\n"
        "column: value\nexpect: 5\nbecomes: 4\nreason: Une saisie.\ndate: 2026-07-01\n"
        "provider: équipe du 3939\nstatus: permanent\n",
        encoding="utf-8",
    )
    assert [one[2] for one in store.amended(tmp_path, device)] == ["2026-05", "2026-06"]
