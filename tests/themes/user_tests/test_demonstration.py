"""The demonstration's user tests: the same bytes always, and a true score done by hand."""

import pytest

from observlib.themes.user_tests import demonstration as user_tests


def test_the_true_score_is_that_of_the_two_kinds_of_participants():
    _, found = user_tests.make("sus-vie-publique", 1)
    easy = (0 * 2 + 1 * 6 + 2 * 18 + 3 * 42 + 4 * 32) / 100
    hard = (0 * 14 + 1 * 26 + 2 * 30 + 3 * 22 + 4 * 8) / 100
    assert found["user_tests"][0]["true_value"] == pytest.approx(25 * (0.65 * easy + 0.35 * hard))


def test_a_team_s_notes_hold_what_must_never_be_read():
    files, _ = user_tests.make("tests-service-public", 1)
    assert "Mme Exemple" in files["tests/tests_service-public_2026-T3.csv"].decode("utf-8-sig")
