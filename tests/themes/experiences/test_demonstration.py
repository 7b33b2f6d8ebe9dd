"""The told experiences of the demonstration: its truths are those of the file."""

import csv
import re
from collections import Counter
from pathlib import Path

from tests.recounts import quarter_of


def told(root: Path) -> list[list[str]]:
    """The experiences' rows: a line that does not start with an identifier goes on the last."""
    (path,) = root.glob("services_publics_plus/*.csv")
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    rows: list[str] = []
    for line in lines:
        if re.match(r"\d{7};|ID ", line):
            rows.append(line)
        else:
            rows[-1] += f"\n{line}"
    return [row.split(";") for row in rows]


def test_experiences_are_those_of_the_file(exports):
    header, *rows = told(exports.folder)
    assert all(len(row) == len(header) for row in rows)
    words = {"Positif": "positive", "Neutre": "neutral", "Négatif": "negative"}
    day, feeling = header.index("Date de publication"), header.index("Ressenti usager")
    counts = Counter((quarter_of(row[day]), words[row[feeling]]) for row in rows)
    truth = exports.truths["experiences"]
    assert counts == {(r["quarter"], r["feeling"]): r["value"] for r in truth}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", row[day]) for row in rows)


def test_experiences_have_the_traps_of_the_official_export(exports):
    header, *rows = told(exports.folder)
    (path,) = exports.folder.glob("services_publics_plus/*.csv")
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    texts = {row[header.index("Description")] for row in rows}
    assert any("\n" in text for text in texts)
    assert all("inventé" in text for text in texts)
    organisations = {row[header.index("Intitulé structure 1")] for row in rows}
    assert "Service-public.fr" in organisations
    assert all(re.search("fictive", name) for name in organisations - {"Service-public.fr"})


def test_experiences_have_the_columns_of_the_real_export(exports, shared_data):
    path = shared_data / "services_publics_plus" / "sp_plus_experiences_subset.csv"
    with path.open(encoding="utf-8", newline="") as file:
        real = next(csv.reader(file))
    assert told(exports.folder)[0] == real[1:-2]  # without the columns of the subset's authors
