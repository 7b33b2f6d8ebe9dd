"""Findings of polls: what is ahead, and when chance could have put it there."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.findings import polls

BASE = {"device": "sondages-reseau-pro", "channel": "social", "period": "2026-T3", "group": "Q ?"}


def share(option: str, value: float, half: float, **more: Any) -> dict[str, Any]:
    row = {**BASE, "indicator": "poll_share", "unit": "%", "group_value": option, "n": 100}
    return {**row, "estimate": value, "ci_low": value - half, "ci_high": value + half, **more}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_an_option_is_ahead_only_where_intervals_do_not_overlap(catalogue: Catalogue) -> None:
    far = estimates.make([share("Oui", 30, 5), share("Non", 70, 5)])
    assert plain(polls.lead(far, catalogue)) == (
        "À la question « Q ? », « Non » obtient 70 % (intervalle à 95 % : 65 à 75 % ; 100 votes), "
        "devant « Oui » (30 %). Ceux qui votent se sont choisis : ces parts ne valent que pour eux."
    )
    near = estimates.make([share("Oui", 48, 5), share("Non", 52, 5)])
    said = plain(polls.lead(near, catalogue, caution=False))
    assert said.endswith("l'écart avec « Oui » (48 %) n'est pas établi.")
    assert "aucun" in polls.lead(estimates.make([]), catalogue).lower()


def test_networks_differ_only_where_intervals_do_not_overlap(catalogue: Catalogue) -> None:
    other = "sondages-reseau-federe"
    alike = [share("Oui", 30, 5), share("Oui", 36, 5, device=other)]
    assert "différence soit établie" in polls.networks(estimates.make(alike), catalogue)
    apart = [share("Oui", 30, 5), share("Oui", 50, 5, device=other)]
    said = plain(polls.networks(estimates.make(apart), catalogue))
    assert "réponses différentes : « Oui » (30 %, Sondages sur le réseau professionnel" in said
    assert polls.networks(estimates.make([]), catalogue) == ""


def test_polls_are_counted_and_the_small_ones_are_told(catalogue: Catalogue) -> None:
    counts = estimates.make(
        [
            {**BASE, "group": "", "indicator": "poll_count", "unit": "sondages", "estimate": 2},
            {
                **BASE,
                "group": "",
                "indicator": "poll_votes",
                "unit": "votes",
                "estimate": 90,
                "n": 90,
            },
        ]
    )
    assert plain(polls.counted(counts, catalogue, "2026-T3")) == (
        "Au 3e trimestre 2026, on compte 2 sondages, dont les résultats publiés réunissent "
        "90 votes (Sondages sur le réseau professionnel)."
    )
    assert "aucun sondage" in polls.counted(counts, catalogue, "2026-T2")
    small = {**BASE, "indicator": "poll_votes", "unit": "votes", "group_value": "R"}
    frame = estimates.make([{**small, "status": "suppressed"}])
    assert plain(polls.withheld(frame, "2026-T3")).startswith(
        "1 sondage a reçu moins de onze votes"
    )
    assert polls.withheld(frame, "2026-T2") == ""


def test_the_reach_goes_from_the_least_to_the_most(catalogue: Catalogue) -> None:
    row = {**BASE, "indicator": "poll_turnout", "unit": "%", "n": 90}
    frame = estimates.make([{**row, "group_value": "R", "estimate": value} for value in (1.2, 0.5)])
    said = plain(polls.reach(frame, catalogue, "2026-T3"))
    assert said == "Par sondage, les votes représentent de 0,5 % à 1,2 % des abonnés du compte."
    assert polls.reach(pd.DataFrame(frame[:0]), catalogue, "2026-T3") == ""
