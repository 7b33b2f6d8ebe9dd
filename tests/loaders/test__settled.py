"""What rows need beyond their cells, and no tiny export of `cases/` can tell."""

from datetime import date, timedelta

import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.loaders._settled import summed
from observlib.themes.user_tests import sus_scores

DEVICE = "audience-boamp"
KEYS = {"table": None, "extracted": None, "zone": None}


def test_what_is_not_over_today_is_incomplete(read):
    today = date.today()
    before = today - timedelta(days=1)
    found = read(f"date,nb_visits\n{today:%Y-%m},5\n", loader="matomo_csv")
    assert found.rows["complete"].tolist() == [False]
    found = read(f"date,nb_visits\n{today},1\n{before},4\n", loader="matomo_csv")
    assert found.rows["complete"].tolist() == [False, True]
    months = [{"month": f"{today:%Y-%m}", "visits": 1, "downloads": 1}]
    later = date(9000, 1, 1)
    found = read({"monthlyStats": months}, "d.json", loader="datagouv_metrics", extracted=later)
    assert found.rows["complete"].tolist() == [False]


def test_a_column_of_hundreds_of_themes_is_what_people_wrote_and_is_refused(read):
    rows = [f"n{i};2026-07-01 10:00:00;Décroché;5;Texte {i}" for i in range(101)]
    text = "\n".join(["Identifiant;Début;Issue;Attente;Motif", *rows])
    with pytest.raises(ObservError, match="101 different texts, which is no list of themes"):
        read(text, loader="calls")
    assert len(read(text.rsplit("\n", 1)[0], loader="calls").rows) == 100


def test_parts_of_counts_are_added_up_and_what_one_lacks_is_unknown_of_the_sum():
    day = pd.Timestamp("2026-03-01")
    told = {"product": "p", "area": None, "start": day, "end": day, "complete": True}
    parts = pd.DataFrame({**told, "visits": [3, 4], "bounces": [1, None]}, index=[2, 3])
    found = summed(parts)
    assert found["visits"].to_dict() == {2: 7} and found["bounces"].isna().all()


def test_the_real_answers_are_read_whole(read, shared_data):
    path = shared_data / "sus" / "hcitools_SUSresponses.csv"
    loaded = read(path, loader="user_tests", period="2020-10")
    scores = sus_scores(loaded.rows)
    assert loaded.rejects.empty
    assert (len(scores), round(scores.mean(), 2), round(scores.std(), 2)) == (45, 50.11, 11.22)


def test_people_of_two_files_of_one_name_are_never_one(read):
    header = "Response #,Title / Name,Date Submitted," + ",".join(f"Q{n}" for n in range(1, 11))
    row = f"{header}\n1,,{{}}/2026 (10:11:12 AM),4,2,4,1,5,2,4,1,5,2\n"
    both = (read(row.format(day), loader="kort") for day in ("5/2", "6/2"))
    assert len({found.rows["participant"].iat[0] for found in both}) == 2
