"""The demonstration's polls: the same bytes always, in two networks' ways of writing."""

import json

from observlib.themes.polls import demonstration as polls


def test_one_network_gives_shares_and_the_other_votes():
    files, _ = polls.make("sondages-reseau-pro", 1)
    text = files["sondages/sondages_reseau-pro_2026.csv"].decode("utf-8-sig")
    assert text.startswith("Sondage;Date de clôture;") and "\u00a0%" in text and "fictif" in text
    files, found = polls.make("sondages-reseau-federe", 1)
    statuses = json.loads(files["sondages/sondages_reseau-federe_2026.json"])
    assert len(statuses) == 9 and all("fictif" in s["account"]["note"] for s in statuses)
    assert all(".invalid/" in s["url"] and s["poll"]["votes_count"] for s in statuses)
    assert sum(truth["true_share"] for truth in found["polls"][:4]) == 100
