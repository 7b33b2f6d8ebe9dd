"""A reader sees who read an edition again; a study that nobody read says so."""

from datetime import date
from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.publish.editions import reviews
from observlib.publish.editions.record import Edition

TOLD = "a" * 32
T3 = Edition("2026-T3", "real", "2026-11-16", (), "Un chiffre.", TOLD, {})
STUDIES = {"2026-T3": {"panorama": "Panorama", "satisfaction": "Satisfaction"}}
SHEET = f"""id: 2026-t3-une-ville
edition: 2026-T3
told: {TOLD}
date: 2026-12-03
role: statisticienne d'une ville
verdict: reproduced
"""


def load(place: Path, text: str, name: str = "2026-t3-une-ville") -> tuple[reviews.Review, ...]:
    (place / reviews.Review.FOLDER).mkdir(exist_ok=True)
    (place / reviews.Review.FOLDER / f"{name}.yml").write_text(text, encoding="utf-8")
    return reviews.Review.load(place)


def part(read: tuple[reviews.Review, ...], edition: Edition = T3) -> str:
    return reviews.part([edition], STUDIES, read).replace("\u00a0", " ")


def test_an_edition_that_nobody_read_again_says_so_and_so_does_each_study() -> None:
    text = part(())
    assert text.count("[Pas encore relue]{.badge .badge-none}") == 3


def test_a_review_of_one_study_is_none_of_the_others(tmp_path: Path) -> None:
    text = part(load(tmp_path, SHEET + "studies: [satisfaction]\n"))
    assert "| Satisfaction | [Relue le 3 décembre 2026 : reproduite]{.badge .badge-good}" in text
    assert "| Panorama | [Pas encore relue]" in text


def test_a_review_of_what_an_edition_no_longer_tells_is_told_as_such(tmp_path: Path) -> None:
    read = load(tmp_path, SHEET)
    revised = Edition("2026-T3", "real", "2026-11-16", ("2026-12-09",), "Un.", "b" * 32, {})
    assert "[Relue avant sa révision]{.badge .badge-none}" in part(read, revised)
    assert "[Relue le 3 décembre 2026 : reproduite]" in part(read)


def test_points_are_told_with_their_answers_and_what_waits_for_one(tmp_path: Path) -> None:
    points = """points:
  - study: satisfaction
    point: Le graphique cache les petits effectifs.
    answer: Ils sont marqués.
  - point: La méthode est longue.
"""
    text = part(load(tmp_path, SHEET.replace("reproduced", "differs") + points))
    assert "Ils sont marqués." in text and "en attente" in text
    assert "statisticienne d'une ville" in text.replace("’", "'")
    assert "{.badge .badge-bad}" in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("reproduced", "fine"), "verdict"),
        (("2026-T3", "T3"), "edition"),
        (("statisticienne d'une ville", "a@example.org"), "role"),
        (("id: 2026-t3-une-ville", "id: other"), "the file's name says"),
        (("told: ", "tell: "), "tell"),
    ],
)
def test_a_sheet_that_is_wrong_is_told_by_file_and_line(tmp_path, change, told) -> None:
    with pytest.raises(ObservError, match=rf"2026-t3-une-ville\.yml:\d+: .*{told}"):
        load(tmp_path, SHEET.replace(*change))


def test_what_review_begins_is_a_sheet_and_is_never_written_over(tmp_path: Path) -> None:
    role = "statisticienne d'une ville"
    path = reviews.place(tmp_path, "2026-T3", role)
    text = reviews.begun(path, "2026-T3", TOLD, "reproduced", role, date(2026, 12, 3))
    (sheet,) = load(tmp_path, text, path.stem)
    assert (sheet.role, sheet.date, sheet.points) == (role, date(2026, 12, 3), ())
    with pytest.raises(ObservError, match="is there already"):
        reviews.place(tmp_path, "2026-T3", role)


@pytest.mark.parametrize("role", ["Mme Durand", "a@example.org", "!!!"])
def test_a_name_is_no_role(tmp_path: Path, role: str) -> None:
    with pytest.raises(ObservError, match="--write"):
        reviews.place(tmp_path, "2026-T3", role)
