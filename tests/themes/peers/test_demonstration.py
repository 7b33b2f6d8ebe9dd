"""The invented neighbours: real formats, invented names, truths that the files hold."""

import csv
import io
import re

from observlib.stats.survey.intervals import wilson
from observlib.themes.peers import demonstration as peers

SEED = 2051


def made(device: str) -> tuple[dict[str, bytes], list[dict[str, object]]]:
    files, truths = peers.make(device, SEED)
    return files, truths["peers"]


def rows_of(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_everything_that_is_published_is_said_to_be_invented():
    (content,) = made("published-figures")[0].values()
    for row in rows_of(content, ";"):
        assert re.search("FICTIF|FICTIVE", row["Organisme"])
        assert row["Adresse de la source"] == "same" or "exemple.invalid" in str(row)
        assert re.search("fictif|fictive|same", row["Titre de la source"])
    for content in made("france-services")[0].values():
        for row in rows_of(content):
            assert row["lib_fs"].startswith("Guichet fictif")
            assert row["mail"].endswith("@exemple.invalid")


def test_every_true_share_is_in_the_interval_of_the_published_one():
    shares = [truth for truth in made("published-figures")[1] if truth["kind"] == "share"]
    assert len(shares) == 3
    for truth in shares:
        n = int(str(truth["answers"]))
        low, high = wilson(round(float(str(truth["published"])) * n / 100), n)
        assert low <= float(str(truth["share"])) <= high


def test_the_list_has_every_kind_of_departement_and_the_counts_that_are_true():
    files, truths = made("france-services")
    for content, truth in zip(files.values(), truths, strict=True):
        rows = rows_of(content)
        assert len(rows) == truth["counters"]
        counts = truth["by_departement"]
        assert isinstance(counts, dict)
        assert {"01", "2A", "2B", "971", "976"} <= set(counts)
        assert "20" not in counts and 0 in counts.values()
    first, second = (set(row["id_fs"] for row in rows_of(content)) for content in files.values())
    assert first < second  # counters open, and keep their number


def test_the_indicator_s_file_mixes_results_with_targets_as_the_real_one_does():
    (content,) = made("barometre-indicateur")[0].values()
    rows = rows_of(content)
    assert {row["maille"] for row in rows} == {"DEPT", "REG", "NAT"}
    actual = [row for row in rows if row["indic_va"]]
    assert len(actual) < len(rows) and any(row["indic_ta"] for row in actual)
    assert any(row["indic_vc"] and not row["indic_va"] for row in rows)
