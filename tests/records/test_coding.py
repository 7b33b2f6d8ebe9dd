"""Texts to read: drawn by chance that nobody can turn, and handed out safely."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from tests.texts import TEXTS, verbatims

from observlib.base.errors import ObservError
from observlib.records import coding

WORDS = [f"Le formulaire {number} est long." for number in range(200)]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_every_text_is_as_likely_to_be_drawn():
    """Each of 200 texts over 300 quarters, 50 drawn in each: 75 times, give or take."""
    texts = coding.whole_texts(verbatims(WORDS))
    drawn = pd.concat(coding.drawn(texts, f"{year}-T{n}").head(50)
                      for year in range(1950, 2025) for n in (1, 2, 3, 4))  # fmt: skip
    times = drawn["answer_id"].value_counts().reindex(texts["answer_id"], fill_value=0)
    chi_square = float(((times - 75) ** 2 / (75 * 0.75)).sum())
    assert 140 < chi_square < 270  # 199 degrees of freedom: 0.1 % on either side


def test_the_same_texts_are_drawn_again_and_a_larger_sample_holds_the_smaller():
    texts = coding.whole_texts(verbatims(WORDS))
    first = coding.drawn(texts, "2026-T3").head(50)["answer_id"].tolist()
    again = coding.drawn(texts.sample(frac=1, random_state=1), "2026-T3")["answer_id"].tolist()
    assert again[:50] == first and again[:80][:50] == first
    assert coding.drawn(texts, "2026-T2").head(50)["answer_id"].tolist() != first


def test_two_files_have_the_same_texts_in_different_orders(tmp_path, catalogue):
    paths, count = coding.write_sheets(
        verbatims(WORDS), TEXTS, "2026-T3", catalogue.codebook, 50, tmp_path / "new"
    )
    one, two = (read(path) for path in paths)
    numbers = [[row["Identifiant"] for row in rows] for rows in (one, two)]
    assert count == 200 and len(one) == 50
    assert numbers[0] != numbers[1] and sorted(numbers[0]) == sorted(numbers[1])
    drawn = coding.drawn(coding.whole_texts(verbatims(WORDS)), "2026-T3").head(50)
    assert set(numbers[0]) == set(drawn["answer_id"])
    assert list(one[0])[3:] == [asked.label for asked in catalogue.codebook.values()]
    assert not any(row[label] for row in one for label in list(one[0])[3:])


@pytest.mark.parametrize("words", ["=1+1", "+33", "-cmd|'/C calc'!A0", "@SUM(A1)", "\t=1", "＝1"])
def test_a_text_that_begins_as_a_formula_is_text_in_a_spreadsheet(tmp_path, catalogue, words):
    rows = verbatims([words]).assign(answer_id="=HYPERLINK(1)")
    path = coding.write_sheets(rows, TEXTS, "2026-T3", catalogue.codebook, 1, tmp_path)[0][0]
    for cell in read(path)[0].values():
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))


def test_a_title_and_its_text_are_read_together_and_blanks_are_no_text():
    rows = verbatims(["Trop long", "  ", "Perdu mon dossier !"])
    rows = rows.assign(answer_id=["7", "8", "7"], question=["description", "comment", "title"])
    found = coding.whole_texts(rows)
    assert found[["answer_id", "text"]].values.tolist() == [["7", "Perdu mon dossier ! Trop long"]]
    assert "question" not in found and found["product"].tolist() == ["boamp"]


def test_a_file_that_may_be_filled_in_is_never_written_over(tmp_path, catalogue):
    given = (verbatims(WORDS), TEXTS, "2026-T3", catalogue.codebook, 50, tmp_path)
    paths, _ = coding.write_sheets(*given)
    paths[0].write_text("une journée de travail", encoding="utf-8")
    paths[1].unlink()
    with pytest.raises(ObservError, match="may be filled in"):
        coding.write_sheets(*given)
    assert paths[0].read_text(encoding="utf-8") == "une journée de travail"
    assert not paths[1].exists()
