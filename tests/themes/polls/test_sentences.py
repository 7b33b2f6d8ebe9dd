"""Findings of polls: what is ahead, and when chance could have put it there."""

from typing import Any

import pandas as pd
from tests.words import plain

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators import pairs
from observlib.indicators import pairs as changes
from observlib.themes.polls import networks
from observlib.themes.polls import sentences as polls

BASE = {"device": "sondages-reseau-pro", "channel": "social", "period": "2026-T3", "group": "Q ?"}


def share(option: str, value: float, half: float, **more: Any) -> dict[str, Any]:
    row = {**BASE, "indicator": "poll_share", "unit": "%", "group_value": option, "n": 100}
    return {**row, "estimate": value, "ci_low": value - half, "ci_high": value + half, **more}


def family(catalogue: Catalogue, poll: pd.DataFrame) -> pd.DataFrame:
    return changes.tested(catalogue, pairs.leading_answer(poll))


def test_an_option_is_ahead_only_where_a_test_says_so(catalogue):
    far = estimates.make([share("Oui", 30, 5), share("Non", 70, 5)])
    assert plain(polls.leading_option(far, family(catalogue, far), catalogue)) == (
        "À la question « Q ? », « Non » obtient 70 % des votes, devant « Oui » (30 %). Ceux qui "
        "votent se sont choisis : ces parts ne valent que pour eux."
    )
    near = estimates.make([share("Oui", 48, 1), share("Non", 52, 1)])  # intervals that are apart
    said = plain(polls.leading_option(near, family(catalogue, near), catalogue, caution=False))
    assert said.endswith(
        "52 % des votes et « Oui » 48 %, sans qu'on puisse dire laquelle des deux l'emporte. Un "
        "écart de moins de 28 points a pu passer inaperçu."
    )
    none = estimates.make([])
    assert polls.leading_option(none, family(catalogue, none), catalogue) == ""


def on_two(first: dict[str, float], second: dict[str, float], n: int) -> pd.DataFrame:
    """A question's shares on two networks."""
    devices = zip(["sondages-reseau-pro", "sondages-reseau-federe"], [first, second], strict=True)
    return estimates.make(
        share(option, value, 5, device=device, n=n, n_eff=n)
        for device, options in devices
        for option, value in options.items()
    )


def test_networks_differ_only_where_a_test_says_so(catalogue):
    near = on_two({"Oui": 30, "Non": 70}, {"Oui": 42, "Non": 58}, 100)  # alone, it might
    found = changes.tested(catalogue, networks(near))
    assert plain(polls.networks(near, found, catalogue)) == (
        "La question « Q ? » a été posée sur 2 réseaux. On ne peut pas dire si les réponses y "
        "diffèrent. Un écart de moins de 20 points a pu passer inaperçu."
    )
    apart = on_two({"Oui": 20, "Non": 66, "Peu": 14}, {"Oui": 50, "Non": 38, "Peu": 12}, 120)
    found = changes.tested(catalogue, networks(apart))
    assert plain(polls.networks(apart, found, catalogue)).startswith(
        "La question « Q ? » a été posée sur 2 réseaux. « Oui » y obtient 50 % (Sondages sur le "
        "réseau fédéré) contre 20 % (Sondages sur le réseau professionnel)"
    )
    assert "Ailleurs, on ne peut pas conclure. Un écart de moins de" in plain(
        polls.networks(apart, found, catalogue)
    )


def test_networks_alike_or_too_thin_have_their_words(catalogue):
    alike = on_two({"Oui": 30, "Non": 70}, {"Oui": 30.2, "Non": 69.8}, 9000)
    found = changes.tested(catalogue, networks(alike))
    said = plain(polls.networks(alike, found, catalogue))
    assert said.endswith("L'écart est trop petit pour compter pour « Oui » et « Non ».")
    thin = on_two({"Oui": 30, "Non": 70}, {"Oui": 90, "Non": 10}, 20).assign(status="low_base")
    found = changes.tested(catalogue, networks(thin))
    assert plain(polls.networks(thin, found, catalogue)).endswith("comparer les réponses.")
    none = changes.tested(catalogue, networks(thin.head(0)))
    assert polls.networks(thin.head(0), none, catalogue) == ""


def test_polls_are_counted_and_the_small_ones_are_told(catalogue):
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
    assert plain(polls.polls_and_votes(counts, catalogue, "2026-T3")) == (
        "Au 3e trimestre 2026, on compte 2 sondages (Sondages sur le réseau professionnel). Les "
        "résultats publiés réunissent 90 votes (Sondages sur le réseau professionnel)."
    )
    assert plain(polls.polls_and_votes(counts.head(1), catalogue, "2026-T3")).endswith(
        "Trop peu de votes pour les publier : Sondages sur le réseau professionnel."
    )
    assert "aucun sondage" in polls.polls_and_votes(counts, catalogue, "2026-T2")
    small = {**BASE, "indicator": "poll_votes", "unit": "votes", "group_value": "R"}
    frame = estimates.make([{**small, "status": "suppressed"}])
    assert polls.withheld(frame, "2026-T3").startswith("Un sondage a reçu moins de onze votes")
    two = estimates.make([{**small, "group_value": x, "status": "suppressed"} for x in "RS"])
    assert polls.withheld(two, "2026-T3").startswith("Les résultats de 2 sondages ne sont pas")
    assert polls.withheld(frame, "2026-T2") == ""
