"""The ratings of the demonstration: its truths are those of the files, recounted here."""

import re
from collections import defaultdict
from fractions import Fraction

import pytest
from tests.recounts import quarter_of, rows_of

from observlib.base.period import Quarter
from observlib.confidentiality.redaction import redact
from observlib.demo import calendar
from observlib.themes.satisfaction import demonstration as ratings

SMILEYS = {"Très bien": 10, "Moyen": 5, "Pas bien": 0}
HELP = {"Très mauvaise": 0, "Mauvaise": 2.5, "Ni bonne, ni mauvaise": 5, "Bonne": 7.5}
CELLS = {
    "De façon générale": ("satisfaction", SMILEYS),
    "Qu'avez-vous pensé": ("clarity", {str(i): 2.5 * (i - 1) for i in range(1, 6)}),
    "Quand vous avez": ("help_reached", {"Oui": 10, "Non": 0}),
    "Comment évaluez-vous": ("help_satisfaction", {**HELP, "Excellente": 10}),
}


def test_ratings_are_those_of_the_files(exports):
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for path in exports.folder.glob("jdma/*.csv"):
        product, named = path.stem.removeprefix("jdma_").split("_")
        for row in rows_of(path):
            assert quarter_of(row["Date de l'avis"]) == named
            for header, cell in row.items():
                for start, (question, marks) in CELLS.items():
                    if header.startswith(start) and cell:
                        value = marks[cell.split(" : ")[-1]]
                        values[f"jdma-{product}", question, named].append(value)
    (calls,) = exports.folder.glob("allo-service-public/*.csv")
    for row in rows_of(calls):
        assert (row["scale_min"], row["scale_max"]) == ("1", "5")
        key = ("satisfaction-3939", row["question"], quarter_of(row["date"]))
        values[key].append(2.5 * (int(row["value"]) - 1))
    truth = {(r["device"], r["question"], r["quarter"]): r for r in exports.truths["ratings"]}
    assert set(values) <= set(truth)
    for key, record in truth.items():
        assert record["answers"] == len(values[key])
        assert record["sum_10"] == sum(values[key])
        assert record["satisfied"] == sum(value >= 7.5 for value in values[key])


def test_realised_means_are_near_the_true_ones(exports):
    sums: dict[tuple[str, str, float], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for record in exports.truths["ratings"]:
        whole = sums[record["device"], record["question"], record["true_mean_10"]]
        whole[0] += record["answers"]
        whole[1] += record["sum_10"]
    for (_, _, mean), (answers, total) in sums.items():
        assert total / answers == pytest.approx(mean, abs=4 * 5 / answers**0.5)


def test_small_devices_stay_under_the_thresholds_they_show(exports):
    for record in exports.truths["ratings"]:
        if record["question"] == "satisfaction":
            low, high = ratings.RATED[record["device"]].answers
            assert low <= record["answers"] <= high
    assert ratings.RATED["jdma-journal-officiel"].answers == (5, 9)  # suppressed under 11
    assert ratings.RATED["jdma-vie-publique"].answers[1] < 30  # low base


def test_answer_identifiers_are_never_given_twice_by_a_device(exports):
    for product in ("service-public", "journal-officiel"):
        paths = exports.folder.glob(f"jdma/jdma_{product}_*.csv")
        given = [row["Identifiant Avis"] for path in paths for row in rows_of(path)]
        assert len(given) == len(set(given))


def test_free_texts_are_plainly_invented_and_all_that_they_tell_of_people_goes(exports):
    seen = set()
    for path in exports.folder.glob("jdma/*.csv"):
        for row in rows_of(path):
            assert "fictif" in row["Nom du formulaire"]
            seen.add(row["Souhaitez-vous nous en dire plus ?"])
    assert len(seen) > 55 and any("\n" in text for text in seen)
    redacted = {text: redact(text) for text in seen}
    told = "Martin|Nadia|Bernard|Lucas|Lambert|Sophie|camille|Tilleuls|00417|4f9a|AB-123|98 00"
    of_people = {text for text in seen if re.search(told, text)}
    assert of_people == {text for text in seen if redacted[text] != text}
    assert not [text for text in redacted.values() if re.search(told, text)]


@pytest.mark.parametrize("device", ratings.RATED)
@pytest.mark.parametrize("quarter", [Quarter(2025, 4), Quarter(2026, 1)], ids=str)
def test_true_means_and_shares_are_those_of_the_chances(device, quarter):
    for question in ratings.questions(device):
        chances, scale = ratings.chances(device, question, quarter), ratings.scale(device, question)
        assert sum(chances) == 100
        mean = sum(Fraction(c, 100) * Fraction(v) for c, v in zip(chances, scale, strict=True))
        share = sum(Fraction(c, 100) for c, v in zip(chances, scale, strict=True) if v >= 7.5)
        assert ratings.mean_10(device, question, quarter) == float(mean)
        assert ratings.satisfied_share(device, question, quarter) == float(share)


def test_satisfaction_changes_on_one_device_only_and_once():
    moves = [
        (device, question, str(quarter))
        for device in ratings.RATED
        for question in ratings.questions(device)
        for quarter in calendar.QUARTERS[1:]
        if ratings.chances(device, question, quarter)
        != ratings.chances(device, question, quarter - 1)
    ]
    assert moves == [("jdma-service-public", "satisfaction", "2026-T1")]
