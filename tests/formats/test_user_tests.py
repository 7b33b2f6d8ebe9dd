"""Answers to the usability scale as tools export them, and what is refused in their place."""

from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.themes.user_tests import sus_scores

DEVICE, FILE = "tests-legifrance", "sus_2026-05.csv"
SAVED = "System Usability Scale Results.csv"  # as Kort names each
KEYS, SUS = {"loader": "kort"}, {"loader": "sus_analysis_toolkit"}
EXPECTED = Path(__file__).parent / "expected"
KORT = "Response #,Title / Name,Date Submitted," + ",".join(f"Q{item}" for item in range(1, 11))
ANSWERS = "4;2;4;1;5;2;4;1;5;2"
# worked out by hand: 2.5 × (odd answers - 5 + 25 - even answers)
SCORES = [70, 75, 92.5, 80, 85, 95, 87.5, 92.5, 92.5, 80]
SCORES += [92.5, 85, 80, 77.5, 57.5, 67.5, 60, 67.5, 80, 80]


@pytest.fixture
def samples(shared_data: Path) -> Path:
    return shared_data / "formats"


def test_a_sheet_of_the_toolkit_is_read_to_the_answer(read, samples):
    path = samples / "sus-analysis-toolkit" / "singleStudyData.csv"
    found = read(path, **SUS, period="2026-05")
    assert found.rejects.empty and len(found.rows) == 200
    assert sus_scores(found.rows).tolist() == SCORES
    first = found.rows.groupby("participant")["value"].agg(list)
    assert first.iloc[0] == [4, 1, 5, 2, 4, 2, 5, 1, 1, 5]
    assert first.iloc[-1] == [4, 3, 5, 1, 4, 2, 5, 2, 4, 2]
    assert set(found.rows["date"].astype(str)) == {"2026-05-01"}


def test_systems_and_people_of_two_files_are_never_one(read, samples):
    path = samples / "sus-analysis-toolkit" / "studyData.csv"
    with pytest.raises(ObservError, match="holds answers on 2 systems, and a device is of one"):
        read(path, **SUS, period="2026-05")
    row = "1,,{}/2026 (10:11:12 AM)," + ANSWERS.replace(";", ",")
    both = (read(f"{KORT}\n{row.format(day)}\n", SAVED) for day in ("5/2", "6/2"))
    assert len({found.rows["participant"].iat[0] for found in both}) == 2


def test_kort_is_read_to_the_row(read, samples):
    found = read(samples / "kort" / SAVED)
    wanted = (EXPECTED / "kort.csv").read_text(encoding="utf-8")
    header = wanted.split("\n")[0].split(",")
    assert found.rows.to_csv(columns=header, index=False) == wanted and found.rejects.empty
    # the scores of Kort's other table, whose answers are adjusted
    assert sus_scores(found.rows).tolist() == [85, 67.5, 15]
