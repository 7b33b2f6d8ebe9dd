"""The demonstration's polls: the same bytes always, in two networks' ways of writing."""

from __future__ import annotations

import pytest

from observlib.themes.polls import demonstration as polls


@pytest.mark.parametrize("device", polls.DEVICES)
def test_a_device_s_files_are_the_same_each_time_and_differ_by_seed(device: str) -> None:
    assert polls.make(device, 1) == polls.make(device, 1)
    assert polls.make(device, 1) != polls.make(device, 2)


def test_one_network_gives_shares_and_the_other_votes() -> None:
    files, _ = polls.make("sondages-reseau-pro", 1)
    text = files["sondages/sondages_reseau-pro_2026.csv"].decode("utf-8-sig")
    assert text.startswith("Sondage;Date de clôture;") and "\u00a0%" in text and "fictif" in text
    files, found = polls.make("sondages-reseau-federe", 1)
    text = files["sondages/sondages_reseau-federe_2026.csv"].decode("utf-8")
    assert text.startswith("poll,date,product,")
    assert sum(truth["true_share"] for truth in found["polls"][:4]) == 100
