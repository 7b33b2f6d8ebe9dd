"""A right export that is put back after a wrong one counts again; an absent one undoes nothing."""

from pathlib import Path

from observlib import store

RIGHT = {f"r{n}": ("2026-05-04", 4.0) for n in range(20)}
WRONG = {name: (day, 1.0) for name, (day, _) in RIGHT.items()}
JUNE = {f"s{n}": ("2026-06-04", 5.0) for n in range(15)}


def marks(data: Path) -> list[float]:
    return sorted(store.read(data, "ratings")["value"].tolist())


def export(data: Path, name: str) -> Path:
    return data / "raw" / f"allo-service-public_satisfaction_{name}.csv"


def test_a_right_export_put_back_in_place_of_a_wrong_one_counts_again(tmp_path, take):
    take(may=RIGHT)
    before, path = marks(tmp_path), export(tmp_path, "may")
    right = path.read_bytes()
    take(may=WRONG)
    assert marks(tmp_path) == [1.0] * 20
    path.unlink()
    again = export(tmp_path, "other")
    again.write_bytes(right)
    assert take().replaced == [f"{again.name}: corrects 20 rows of {path.name}"]
    assert marks(tmp_path) == before
    assert take().devices["unchanged"].tolist() == [1]
    assert marks(tmp_path) == before


def test_a_right_export_beside_the_wrong_one_says_how_it_counts_again(tmp_path, take):
    take(may=RIGHT)
    wrong = export(tmp_path, "may")
    right = wrong.read_bytes()
    take(may=WRONG)
    export(tmp_path, "right").write_bytes(right)
    (notice,) = take().notices
    assert notice.endswith(f"if {wrong.name} is wrong, delete it and ingest the folder again")
    assert marks(tmp_path) == [1.0] * 20
    wrong.unlink()
    take()
    assert marks(tmp_path) == [4.0] * 20


def test_an_export_deleted_or_in_another_folder_undoes_nothing(tmp_path, catalogue, ratings, take):
    raw = tmp_path / "raw"
    first = ratings(raw / "2026-T2", "may", WRONG)
    take()
    ratings(raw / "2026-T3", "may", RIGHT | JUNE)
    take()
    now = marks(tmp_path)
    store.ingest(raw / "2026-T2", tmp_path, catalogue)
    assert marks(tmp_path) == now
    first.unlink()
    take()
    assert marks(tmp_path) == now


def test_exports_that_were_corrected_again_since_keep_their_order(tmp_path, take):
    take(a=RIGHT)
    take(b=WRONG)
    take(c={name: (day, 5.0) for name, (day, _) in RIGHT.items()} | JUNE)
    export(tmp_path, "b").unlink()
    take()
    assert marks(tmp_path) == [5.0] * 35


def test_two_exports_that_a_wrong_one_corrected_count_again_as_they_came(tmp_path, take):
    take(z=RIGHT)
    take(a=RIGHT | {"r1": ("2026-05-04", 5.0)})
    before = marks(tmp_path)
    take(wrong=WRONG)
    export(tmp_path, "wrong").unlink()
    take()
    assert marks(tmp_path) == before


def test_what_exports_and_corrections_change_of_many_people_is_known_by_month(tmp_path, take):
    device, few = "satisfaction-3939", {name: ("2026-05-04", 2.0) for name in [*RIGHT][:10]}
    take(a=RIGHT | JUNE)
    for more in ({"b": RIGHT | JUNE | {"late": ("2026-05-30", 1.0)}}, {"c": RIGHT | JUNE | few}):
        take(**more)
        assert store.amended(tmp_path, device) == []
    take(d=WRONG | JUNE)
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
