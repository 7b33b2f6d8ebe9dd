"""Listening devices: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.devices import estimates as devices


@family("devices", quarters=4)
def devices_(
    heard: pd.DataFrame,
    received: pd.DataFrame,
    held: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """Which products are listened to, what each device gave, and which fell silent."""
    rows = [
        devices.listening(catalogue, heard, quarter),
        devices.received(received, catalogue, quarter),
        devices.silence(received, held, catalogue, quarter),
    ]
    by_product = devices.listeners(catalogue, heard).items()
    listeners = [(product, device) for product, found in by_product for device in found]
    words = {"held": held, "listeners": pd.DataFrame(listeners, columns=["product", "device"])}
    return estimates.combine(rows), None, words


@family("reference_sources")
def reference_sources(
    received: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> pd.DataFrame:
    """What each source of facts that others publish gave in the quarter."""
    return devices.received(received, catalogue, quarter, listens=False)
