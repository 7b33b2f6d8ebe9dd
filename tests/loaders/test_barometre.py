"""The baromètre's files: only actual values are results, whatever stands beside them."""

import pandas as pd
import pytest

from observlib.loaders import load

NATIONAL = "mesure,indicateur,id_indicateur,maille_geographique,date,valeur,unite\n"
ONE = "indic_id,enforce_zone_id,metric_enforce_date,maille,indic_vi,indic_va,indic_vc,indic_ta\n"
RATE = "Mesure,Satisfaction,tx-fictif,national,"
DEVICE, KEYS = "barometre-indicateur", {"loader": "barometre"}  # which reads both forms


def test_targets_and_initial_values_are_never_taken_for_results(read):
    text = ONE + (
        "IND-246,D2A,2023-01-01,DEPT,0.0,,,\n"
        "IND-246,D2A,2023-07-01,DEPT,,98.75,,100.0\n"
        "IND-246,D2A,2026-12-01,DEPT,,,95.0,\n"
        "IND-246,FRANCE,2023-01-01,NAT,0.0,95.0,,\n"
        "IND-246,R94,,REG,,,,\n"
    )
    loaded = read(text)
    assert loaded.table == "figures" and loaded.rejects.empty
    assert loaded.rows["value"].tolist() == [98.75, 95.0]
    assert loaded.rows["subject"].tolist() == ["Départements", "France"]
    assert loaded.rows["area"].isna().tolist() == [False, True]
    assert loaded.rows["area"].iat[0] == "2A" and set(loaded.rows["unit"]) == {"%"}
    assert [notice[:6] for notice in loaded.notices] == ["3 rows"]


def test_an_indicator_of_each_31_december_is_of_its_year_and_others_of_their_day(read):
    text = NATIONAL + (
        f"{RATE}2021-12-31,73.0,% de satisfaction\n{RATE}2022-12-31,71.0,% de satisfaction\n"
        "Mesure,Stock,nb-fictif,national,2022-11-30,2 538,guichets\n"
        "Mesure,Stock,nb-fictif,national,2022-12-31,2\u202f600,guichets\n"
    )
    rows = read(text).rows.set_index("organisation")
    yearly, stock = rows.loc["tx-fictif"], rows.loc["nb-fictif"]
    assert yearly["start"].tolist() == [pd.Timestamp("2021-01-01"), pd.Timestamp("2022-01-01")]
    assert set(yearly["unit"]) == {"%"}
    assert (stock["start"] == stock["end"]).all() and stock["value"].tolist() == [2538, 2600]


@pytest.mark.parametrize(("line", "column", "reason"), [
    (f"{RATE}2022-12-31,120,%", "valeur", "is not from 0 to 100"),
    (f"{RATE}2022-12-31,-1,logements", "valeur", "is not 0 or more"),
    (f"{RATE}2022-12-31,,%", "valeur", "is empty"),
    ("M,Satisfaction,tx,departemental,2022-12-31,71,%", "maille_geographique", "national"),
])  # fmt: skip
def test_a_row_that_cannot_be_is_rejected_alone_with_its_reason(read, line, column, reason):
    good = f"{RATE}2021-12-31,73,%\n"
    loaded = read(f"{NATIONAL}{good}{line}\n")
    assert loaded.rows["value"].tolist() == [73]
    (reject,) = loaded.rejects.to_dict("records")
    assert (reject["row"], reject["column"]) == (3, column) and reason in reject["reason"]


@pytest.mark.parametrize(("line", "column"), [
    ("IND-246,D20,2023-07-01,COMMUNE,,98,,", "maille"),
    ("IND-246,R84,2023-07-01,DEPT,,98,,", "enforce_zone_id"),
    ("IND-246,D1,2023-07-01,DEPT,,98,,", "enforce_zone_id"),
    (",D01,2023-07-01,DEPT,,98,,", "indic_id"),
])  # fmt: skip
def test_an_area_that_is_none_is_rejected(read, line, column):
    loaded = read(f"{ONE}{line}\n")
    assert loaded.rows.empty and loaded.rejects["column"].tolist() == [column]


def test_every_row_of_the_published_files_is_a_result_or_told(shared_data, catalogue):
    folder = shared_data / "barometre_resultats"
    found = {}
    for path in (*folder.glob("*-detail-*.csv"), folder / "ind-246.csv"):
        (device,) = [d for d in catalogue.devices.values() if path.match(d.pattern)]
        found[path.stem.rsplit("detail-")[-1]] = load(path, device, catalogue)
    assert all(loaded.rejects.empty for loaded in found.values())
    national, regional, one = (found[name] for name in ("national", "regional", "ind-246"))
    assert (len(national.rows), len(regional.rows), len(one.rows)) == (119, 1814, 503)
    assert one.notices == (
        "220 rows do not count: an initial value, a target or nothing stands there, and no actual "
        "value",
    )
    rate = national.rows[
        national.rows["organisation"] == "tx-satisfaction-usagers-services-publics"
    ]
    assert rate["value"].tolist() == [72, 71, 74, 76, 73, 71]
    assert rate["start"].dt.year.tolist() == list(range(2017, 2023))
    assert regional.rows["area"].nunique() == 18
    corsica = one.rows[one.rows["area"].isin(["2A", "2B"])]
    assert set(corsica["area"]) == {"2A", "2B"} and one.rows["area"].nunique() == 100
