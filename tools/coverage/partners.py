"""What leads to each partner of the demonstration, in contacts that are drawn again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from observlib.catalogue import NOBODY, PARTNER, THEME, leads_to_partner
from observlib.confidentiality.redaction import redact
from observlib.pipeline import project
from observlib.themes import partners
from observlib.themes.partners import by_text
from tools.coverage.draws import table
from tools.coverage.truth import DEMO, Truths, drawn_again, one, parts
from tools.demo import calendar
from tools.demo.chance import stream
from tools.demo.codes import TEXTS


def routed(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The estimates of `kind` (`call` or `ticket`) of the demonstration's last quarter.

    Parameters
    ----------
    rows
        Tidy table `calls` or `tickets`, of devices named by `truth.drawn_again`.
    """
    catalogue = project.catalogue(DEMO)
    led = partners.contacts_of_partners(rows, catalogue)
    return partners.routed(led, kind, catalogue, [calendar.LAST])


_DEVICE, _TEXTS = "jdma-service-public", 160  # texts of a quarter, about as the device has


def _redacted() -> list[str]:
    return [*map(redact, TEXTS)]


def written(seed: int, repetitions: Sequence[int]) -> Iterator[pd.DataFrame]:
    """The estimates of what texts lead to, in texts that are drawn again."""
    texts = _redacted()
    rows = (
        (drawn_again(_DEVICE, i), "service-public", "web", f"{i}-{n}", calendar.LAST.start,
         "verbatim", texts[int(source.random() * len(texts))])
        for i in repetitions
        for source in [stream(seed, "coverage", _DEVICE, "texts", str(i))]
        for n in range(_TEXTS)
    )  # fmt: skip
    catalogue = project.catalogue(DEMO)
    led = partners.texts(table("verbatims", rows), catalogue)
    yield partners.routed(led, "text", catalogue, [calendar.LAST])


def true_texts() -> Truths:
    """What is true of the texts: each is drawn as often."""
    leads = by_text(project.catalogue(DEMO).partners)
    led = pd.Series([leads(text) for text in _redacted()])
    places = (100 * led.value_counts(normalize=True)).to_dict()
    return {
        ("partner_text_share", _DEVICE, ""): one(100 - places.get(NOBODY, 0.0)),
        ("partner_text_share", _DEVICE, PARTNER): parts(places),
    }


def truths(indicator: str, device: str, themes: Mapping[str, float]) -> Truths:
    """What is true of the shares of partners where that of each theme, in %, is known."""
    leads = leads_to_partner(project.catalogue(DEMO).partners)
    places: dict[str, float] = {}
    for theme, share in themes.items():
        places[leads(theme)] = places.get(leads(theme), 0.0) + share
    return {
        (indicator, device, ""): one(100 - places.get(NOBODY, 0.0)),
        (indicator, device, PARTNER): parts(places),
        (indicator, device, THEME): parts(themes),
    }
