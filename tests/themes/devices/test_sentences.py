"""What is said of devices: exact counts, names where something is missing, no empty praise."""

from typing import Any

import pandas as pd
from tests.words import plain

from observlib import estimates
from observlib.study import narratives

GRID = {"indicator": "devices", "period": "2026-T3", "unit": "dispositifs"}


def grid(*cells: tuple[str, str, float]) -> pd.DataFrame:
    return estimates.make(
        {**GRID, "product": product, "channel": channel, "estimate": count}
        for product, channel, count in cells
    )


def test_a_product_that_nobody_listens_to_is_named(catalogue):
    frame = grid(("legifrance", "web", 2), ("legifrance", "mail", 1), ("boamp", "", 0))
    assert plain(narratives.devices.listening(frame, catalogue)) == (
        "Le produit le plus écouté est Légifrance (3 dispositifs). Sans dispositif : BOAMP."
    )


def test_empty_cells_are_counted_among_the_channels_in_use(catalogue):
    frame = grid(("legifrance", "web", 2), ("boamp", "web", 1), ("boamp", "mail", 1))
    assert plain(narratives.devices.channels_without_device(frame, catalogue)) == (
        "Le canal le plus écouté est « Web » (2 produits sur 2). Des 4 croisements d'un "
        "produit et d'un canal, un seul n'est pas écouté."
    )
    assert narratives.devices.channels_without_device(grid(("boamp", "", 0)), catalogue) == ""
    level = grid(("legifrance", "web", 2), ("boamp", "mail", 1))
    assert "« Web » et « Courrier et courriel » (1 " in plain(
        narratives.devices.channels_without_device(level, catalogue)
    )


def received(*states: str) -> pd.DataFrame:
    row: dict[str, Any] = {"indicator": "device_received", "period": "2026-T3", "unit": "relevés"}
    value = {"published": 3.0}
    return estimates.make(
        {**row, "device": f"d{i}", "status": state, "estimate": value.get(state)}
        for i, state in enumerate(states)
    )


def test_withheld_counts_are_data_all_the_same():
    said = narratives.devices.received(received("published", "suppressed", "missing"))
    assert plain(said) == (
        "Au 3e trimestre 2026, 2 des 3 dispositifs du catalogue ont fourni des données."
    )
    assert "n'est décrit" in narratives.devices.received(estimates.make([]))


def test_devices_that_never_spoke_are_told_in_the_same_sentence_as_those_that_should(catalogue):
    """The home page quotes the first sentence alone."""
    row = {"indicator": "device_silence", "period": "2026-T3", "unit": "jours"}
    never = {**row, "device": "ateliers", "status": "missing"}
    late = {**row, "device": "sp-plus", "estimate": 92.0}
    three = received("published", "missing", "missing")
    for rows, said in (
        ([never, late], ", dont 1 n'a jamais rien fourni et 1 se tait ce trimestre."),
        ([never, never], ", dont 2 n'ont jamais rien fourni."),
        ([], "."),
    ):
        found = plain(narratives.devices.coverage(three, estimates.make(rows)))
        assert found == f"Pour écouter les usagers, 3 dispositifs sont prévus{said}"
    nothing = estimates.make([])
    assert "n'est décrit" in narratives.devices.coverage(nothing, nothing)


def test_the_silent_are_named_and_those_who_never_spoke_told_apart(catalogue):
    row = {"indicator": "device_silence", "period": "2026-T3", "unit": "jours"}
    never = {**row, "device": "ateliers", "status": "missing"}
    late = {**row, "device": "sp-plus", "estimate": 92.0}
    assert plain(narratives.devices.silent(estimates.make([never, late]), catalogue)) == (
        "Ce trimestre, 2 dispositifs se taisent : « Ateliers avec les usagers » et « Services "
        "Publics +, expériences publiées ». L'un d'eux n'a jamais rien fourni."
    )
    assert plain(narratives.devices.silent(estimates.make([never]), catalogue)) == (
        "Un dispositif n'a jamais rien fourni : « Ateliers avec les usagers »."
    )
    assert narratives.devices.silent(estimates.make([]), catalogue) == (
        "Aucun dispositif ne se tait."
    )
