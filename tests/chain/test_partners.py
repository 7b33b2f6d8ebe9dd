"""Partners of the demonstration: what each theme counts leads where the catalogue says."""

from collections import Counter

import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue.partners import NOBODY, SEVERAL
from observlib.estimates import base
from observlib.themes.partners import QUARTERS, contacts, routed

ALL = Quarter(2026, 3).back(QUARTERS)
PLACES = {
    "Famille": "Caisse fictive",
    "Papiers d'identité": "Agence fictive des titres",
    "Carte grise et permis": "Agence fictive des titres",
    "Justice et litiges": "Autorité fictive",
    "Étrangers en France": "Préfecture fictive",
    "Coordonnées d'un service": "Ville fictive",
    "Logement": SEVERAL,
}


@pytest.mark.parametrize(("table", "kind"), [("calls", "call"), ("tickets", "ticket")])
def test_each_contact_written_is_counted_for_its_partner(
    demonstration, truths, catalogue, table, kind
):
    wanted: Counter[tuple[str, str, str]] = Counter()
    for truth in truths[table]:
        if truth["kind"] == "theme" and truth["quarter"] in map(str, ALL):
            place = PLACES.get(truth["theme"], NOBODY)
            wanted[truth["device"], truth["quarter"], place] += truth["count"]
    led = contacts(store.read(demonstration, table), catalogue)
    rows = routed(led, kind, catalogue, ALL)
    rows = rows[(rows["indicator"] == f"partner_{kind}s") & (rows["group"] == "partner")]
    told = rows[rows["estimate"].notna()].set_index(["device", "period", "group_value"])["estimate"]
    assert len(told) >= 36
    assert told.to_dict() == {place: base(wanted[place]) for place in told.index}
