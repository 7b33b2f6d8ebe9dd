"""The list of France services counters: codes kept as INSEE writes them, no address kept."""

import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.base.personal import HIDDEN
from observlib.catalogue import contract

HEADER = '"id_fs","insee_dep","lib_fs","adresse","mail","telephone","format_fs"\n'
UNSHOWN = "(not shown: it may be a name or number)"
DEVICE, FILE = "france-services", "liste-fs-20240801.csv"


def counter(number: object, department: str, name: str = "Guichet fictif", form: str = "") -> str:
    return (
        f'"{number}","{department}","{name}","1 rue Inventée","g@exemple.invalid",'
        f'"00 00 00 00 00","{form}"\n'
    )


def listed(*rows: str) -> str:
    return HEADER + "".join(rows)


def test_codes_keep_their_zero_or_have_it_put_back_and_told(read):
    codes = ["01", "2A", "2B", "75", "971", "976", "978"]
    loaded = read(listed(*map(counter, range(7), codes)))
    assert loaded.table == "counters" and loaded.rejects.empty and loaded.notices == ()
    assert loaded.rows["departement"].tolist() == codes
    assert set(loaded.rows["date"]) == {pd.Timestamp("2024-08-01")}
    loaded = read(listed(counter(1, "1"), counter(2, "2a")))
    assert loaded.rows["departement"].tolist() == ["01", "2A"]
    assert loaded.notices == ("1 département had lost its leading zero, put back",)


def test_no_address_mail_or_telephone_is_loaded(read):
    loaded = read(listed(counter(1, "01", form="Bus_équivalent")))
    assert list(loaded.rows.columns) == contract.columns("counters")
    text = loaded.rows.to_csv()
    assert "rue" not in text and "@" not in text and "00 00" not in text
    assert loaded.rows["format"].tolist() == ["Bus équivalent"]


@pytest.mark.parametrize(("row", "column", "shown"), [
    (counter(2, "20"), "insee_dep", "20"), (counter(2, "ain"), "insee_dep", "ain"),
    (counter(2, "01", ""), "lib_fs", ""),
    (counter(2, "01", "maire@exemple.invalid"), "name", HIDDEN),
    (counter(2, "maire@exemple.invalid"), "insee_dep", UNSHOWN),
    (counter(1, "02"), "counter_id, date", "2024-08-01"),
])  # fmt: skip
def test_a_row_that_cannot_be_is_rejected_alone_and_shows_nobody(read, row, column, shown):
    loaded = read(listed(counter(1, "01"), row))
    assert loaded.rows["counter_id"].tolist() == ["1"]
    (reject,) = loaded.rejects.to_dict("records")
    assert (reject["row"], reject["column"], reject["value"]) == (3, column, shown)


def test_the_day_of_the_list_is_in_its_name_or_with_its_device(read):
    named = read(listed(counter(1, "01")), name="liste-fs_2025-03.csv")
    assert set(named.rows["date"]) == {pd.Timestamp("2025-03-01")}
    loaded = read(listed(counter(1, "01")), name="liste-fs.csv", period="2025-02-03")
    assert set(loaded.rows["date"]) == {pd.Timestamp("2025-02-03")}
    for name in ("liste-fs.csv", "liste-fs-20241399.csv"):
        with pytest.raises(ObservError, match="does not tell the day of the list"):
            read(listed(counter(1, "01")), name=name)


def test_every_counter_of_the_published_list_loads(read, shared_data):
    (path,) = (shared_data / "france_services").glob("liste-fs-*.csv")
    loaded = read(path)
    assert loaded.rejects.empty and len(loaded.rows) == 2845 and loaded.notices == ()
    counts = loaded.rows["departement"].value_counts()
    assert len(counts) == 102
    assert {"01", "2A", "2B", "971", "976", "978"} <= set(counts.index)
    assert not loaded.rows["name"].str.contains("\n").any()
