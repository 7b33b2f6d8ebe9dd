import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract, tables
from observlib.estimates import base
from observlib.themes import experiences

LAST = Quarter("2026-T3")


def told(*days: tuple[str, str, int], device: str = "sp-plus", start: int = 0) -> pd.DataFrame:
    """Experiences of a device: day, feeling, how many."""
    rows = [(day, feeling) for day, feeling, many in days for _ in range(many)]
    frame = pd.DataFrame(
        {"device": device, "channel": "web",
         "experience_id": [str(start + i) for i in range(len(rows))],
         "date": [pd.Timestamp(day) for day, _ in rows],
         "feeling": [feeling for _, feeling in rows]}
    )  # fmt: skip
    kept, rejects = contract.conform(frame, "experiences", "test")
    assert rejects.empty
    return kept.assign(source=f"{device}@1")


def shares(frame: pd.DataFrame, catalogue: Catalogue, last: Quarter = LAST) -> pd.DataFrame:
    return experiences.estimate_feelings(frame, catalogue, last).set_index("group_value")


def test_only_the_latest_year_counts(catalogue):
    frame = told(
        ("2025-06-30", "negative", 40),  # a day before the year
        ("2025-07-01", "neutral", 20),
        ("2026-06-30", "positive", 20),  # nothing was told in the quarter asked for
    )
    out = shares(frame, catalogue)
    assert [*out.index] == ["Positif", "Neutre", "Négatif"] and set(out["group"]) == {"feeling"}
    assert set(out["period"]) == {"2025-07/2026-06"} and set(out["n"]) == {40}
    assert out["estimate"].tolist() == [50, 50, 0]


def test_an_extract_is_taken_whole_and_what_came_later_unknown(catalogue):
    days = ("2019-02-03", "negative", 30), ("2023-12-01", "positive", 30)
    out = shares(told(*days, device="sp-plus-extrait"), catalogue)
    assert set(out["period"]) == {"2019-01/2023-12"} and set(out["n"]) == {60}
    assert set(shares(told(*days), catalogue)["n"]) == {30}  # a device that speaks on does not
    frame = told(("2026-06-30", "positive", 30), ("2026-07-01", "negative", 30))
    out = shares(frame, catalogue, Quarter("2026-T2"))
    assert out.at["Positif", "estimate"] == 100 and set(out["n"]) == {30}
    assert set(out["period"]) == {"2025-07/2026-06"}
    assert experiences.estimate_feelings(frame, catalogue, Quarter("2026-T1")).empty


def test_devices_are_not_mixed(catalogue):
    extract = told(("2023-09-01", "negative", 40), device="sp-plus-extrait")
    both = pd.concat([told(("2026-09-01", "positive", 30)), extract])
    out = experiences.estimate_feelings(both, catalogue, LAST)
    bases = out.groupby("device")["n"].unique().map(list).to_dict()
    assert bases == {"sp-plus": [30], "sp-plus-extrait": [40]}
    assert set(out["source"]) == {"sp-plus@1", "sp-plus-extrait@1"}


@examples(15)
@given(st.tuples(*[st.integers(0, 60)] * 3).filter(lambda counts: sum(counts) >= 11))
def test_the_parts_of_any_whole_sum_to_it(catalogue, counts):
    days = [("2026-09-01", f, n) for f, n in zip(tables.FEELINGS, counts, strict=True)]
    out = shares(told(*days), catalogue)
    alike = sum(counts) in counts and sum(counts) < 30  # what each of few people felt
    if alike or any(min(count, sum(counts) - count) in range(1, 11) for count in counts):
        assert set(out["status"]) == {"suppressed"}
        return
    assert out["estimate"].sum() == pytest.approx(100)
    assert out["n"].tolist() == [base(sum(counts))] * 3
    assert (out["estimate"] * sum(counts) / 100).tolist() == pytest.approx(list(counts))
    assert ((out["ci_low"] >= 0) & (out["ci_high"] <= 100)).all()


@pytest.mark.parametrize(("few", "status"), [(10, "suppressed"), (11, "published")])
def test_a_quarter_of_ten_stories_hides_its_year_and_one_of_eleven_does_not(catalogue, few, status):
    year = told(("2025-11-02", "positive", 60), ("2026-02-01", "negative", 60),
                ("2026-05-01", "neutral", 60), ("2026-08-01", "neutral", few))  # fmt: skip
    assert set(shares(year, catalogue)["status"]) == {status}
