"""The page that says what was tested of each criterion of RGAA 4.1.2."""

import re
from collections import Counter
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "reports" / "accessibilite.qmd").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$", TEXT, re.M)
CRITERIA = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)  # of each of the 13 topics
VERDICTS = ("conforme", "non conforme", "non applicable", "non testé")


def test_each_of_the_106_criteria_is_there_once():
    expected = [f"{t}.{n}" for t, many in enumerate(CRITERIA, 1) for n in range(1, many + 1)]
    assert len(expected) == 106 and [row[0] for row in ROWS] == expected


def test_the_counts_of_the_page_are_those_of_its_tables():
    counts = Counter(row[2] for row in ROWS)
    assert set(counts) <= set(VERDICTS)
    told = re.search(
        r"Des 106 critères du référentiel, (\d+) sont tenus pour conformes et (\d+) ne l’est pas\. "
        r"Parmi les autres,\s+(\d+) ne s’appliquent pas et (\d+) n’ont pas été testés",
        TEXT,
    )
    assert told and list(map(int, told.groups())) == [counts[verdict] for verdict in VERDICTS]


def test_what_is_said_to_conform_says_how_it_was_seen():
    for number, _, verdict, how in ROWS:
        if verdict == "conforme":
            assert re.search(
                r"[Cc]ontrôle|axe-core|lecture|examiné|dans Chromium|sans couleur|comparés"
                r"|même script|quand|au moment",
                how,
            ), number
