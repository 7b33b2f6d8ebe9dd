"""An export in two files, such as orders and their items: read together, or told as one."""

from pathlib import Path

import pytest
from tests.copies import as_written
from tests.formats.test_samples import device

from observlib import store
from observlib.base.errors import ObservError
from observlib.catalogue import Format
from observlib.loaders import load

TICKETS = Format.model_validate({
    "id": "deux", "label": "Deux", "table": "tickets",
    "layout": {"beside": {"file": r"tickets(.*)\.csv", "other": r"metrics\1.csv",
                          "key": "id", "other_key": "ticket"}},
    "columns": {"ticket_id": "id", "received": "created", "answered": ["beside.answered"]},
})  # fmt: skip
ONE = "id,created\na1,2026-03-02 10:00\nb2,2026-03-03 10:00\n"
OTHER = "ticket,answered\nb2,2026-03-04 10:00\nz9,2026-03-05 10:00\n"


@pytest.fixture
def known(catalogue):
    one = device("deux").model_copy(update={"pattern": "tickets*.csv"})
    return catalogue.model_copy(update={"formats": {"deux": TICKETS}, "devices": {"d": one}})


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "tickets_1.csv").write_text(ONE, encoding="utf-8")
    (folder / "metrics_1.csv").write_text(OTHER, encoding="utf-8")
    return folder


def answered(rows):
    return dict(zip(rows["ticket_id"], rows["answered"].dt.strftime("%d").fillna(""), strict=True))


def held(data: Path) -> dict[str, str]:
    rows = store.read(data, "tickets")
    written = as_written(data, "d", ("a1", "b2"), rows["ticket_id"])
    return answered(rows.assign(ticket_id=written))


def test_a_second_file_that_changed_is_read_again_and_is_never_left_over(raw, known, tmp_path):
    done = store.ingest(raw, tmp_path, known)
    assert not (done.problems or done.unclaimed)
    assert held(tmp_path)["b2"] == "04"
    (raw / "metrics_1.csv").write_text(OTHER.replace("03-04", "03-06"), encoding="utf-8")
    store.ingest(raw, tmp_path, known)
    assert held(tmp_path) == {"a1": "", "b2": "06"}
    wide = known.devices["d"].model_copy(update={"pattern": "*.csv"})
    again = store.ingest(raw, tmp_path, known.model_copy(update={"devices": {"d": wide}}))
    assert not again.problems and again.devices["files"].tolist() == [1]


@pytest.mark.parametrize(("name", "text", "why"), [
    ("metrics_1.csv", None, "tickets_1.csv: metrics_1.csv is not beside it"),
    ("metrics_1.csv", OTHER + "b2,2026-03-07 10:00\n", "metrics_1.csv:4: has the key of"),
    ("metrics_1.csv", OTHER + ",2026-03-07 10:00\n", r"metrics_1.csv:4: has no ticket"),
    ("metrics_1.csv", "n,answered\n1,2\n", "metrics_1.csv: missing column 'ticket'"),
    ("metrics_1.csv", "ticket,answered\nq,2\n", "no id of it is in metrics_1.csv"),
    ("tickets_1.csv", "n,created\n1,2\n", "tickets_1.csv: missing column 'id'"),
])  # fmt: skip
def test_two_files_that_do_not_go_together_are_one_line_of_error(raw, known, name, text, why):
    (raw / name).unlink()
    if text is not None:
        (raw / name).write_text(text, encoding="utf-8")
    with pytest.raises(ObservError, match=why) as caught:
        load(raw / "tickets_1.csv", known.devices["d"], known)
    assert "\n" not in str(caught.value)
