"""Partners: each contact leads to one place, and what is told gives away none of few people."""

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.copies import demonstration_catalogue
from tests.examples import examples
from tests.records import sheets

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import NOBODY, SEVERAL, UNTOLD
from observlib.confidentiality import control
from observlib.confidentiality.attack import attack
from observlib.confidentiality.disclosure import Knowledge, Published
from observlib.language.words import rounded_estimates
from observlib.records.sheets import Reply
from observlib.themes import contacts as topics
from observlib.themes import templates
from observlib.themes.partners import (
    by_text,
    contacts_of_partners,
    partners_,
    quoted_texts,
    routed,
    texts,
)

sentences = templates.narrative("partners")

NOW = Quarter("2026-T3")
CATALOGUE = demonstration_catalogue()
KNOWN = Knowledge(CATALOGUE, pd.DataFrame(columns=["device", "question", "value"]))
ABOUT = {"device": "d", "product": "boamp", "channel": "mail", "source": "d@1"}
LEADS = {"Famille": "Caisse fictive", "Papiers d'identité": "Agence fictive des titres",
         "Carte grise et permis": "Agence fictive des titres", "Logement": SEVERAL,
         "Compte en ligne": NOBODY, None: UNTOLD}  # fmt: skip


def tickets(counts, day="2026-09-10", **about):
    themes = [theme for theme, n in counts.items() for _ in range(n)]
    ids = [f"t{day}{number}" for number in range(len(themes))]
    table = pd.DataFrame({"ticket_id": ids, "theme": themes}, dtype="str")
    return table.assign(**{**ABOUT, **about}, date=pd.Timestamp(day))


def verbatims(*words, question="x", first=0):
    ids = [f"v{number}" for number in range(first, first + len(words))]
    table = pd.DataFrame({"answer_id": ids, "text": words})
    return table.assign(**ABOUT, question=question, date=pd.Timestamp("2026-09-10"))


def found(rows, kind="ticket", quarters=(NOW,)):
    return routed(rows, kind, CATALOGUE, quarters)


def of(frame, indicator, group="partner"):
    rows = frame[(frame["indicator"] == indicator) & (frame["group"] == group)]
    return dict(zip(rows["group_value"], rows["estimate"], strict=True))


COUNTS = st.fixed_dictionaries({theme: st.integers(0, 60) for theme in LEADS})


@given(COUNTS)
def test_each_contact_is_routed_once_and_shares_add_up_where_all_are_told(counts):
    led = contacts_of_partners(tickets(counts), CATALOGUE)
    assert len(led) == sum(counts.values())
    wanted = Counter()
    for theme, n in counts.items():
        wanted[LEADS[theme]] += n
    assert Counter(led["partner"]) == Counter({k: n for k, n in wanted.items() if n})

    rows = found(led)
    shares = rows[(rows["indicator"] == "partner_ticket_share") & (rows["group"] == "partner")]
    if len(shares) and shares["estimate"].notna().all():
        assert shares["estimate"].sum() == pytest.approx(100)
        told = of(rows, "partner_tickets")
        assert sum(told.values()) == pytest.approx(sum(counts.values()), abs=4 * len(told))


def told(rows):
    return rounded_estimates(rows, CATALOGUE)


def as_an_edition_tells(counts):
    """What studies of messages and of partners tell of them, once all is decided."""
    rows = tickets(counts)
    themes = topics.theme_shares(rows, "ticket", [NOW])
    made = estimates.combine([found(contacts_of_partners(rows, CATALOGUE)), themes])
    decision = control.decide(made, [], KNOWN, told)
    return made, told(control.apply_decisions(made, decision.changes))


@examples(20)
@given(COUNTS.filter(lambda counts: any(counts.values())))
def test_what_is_told_of_partners_tells_no_theme_of_few_people(counts):
    made, final = as_an_edition_tells(counts)
    true = {None: sum(counts.values())} | {t: n for t, n in counts.items() if t is not None}
    seen = attack([Published(final, ())], KNOWN)
    assert not seen["pinned"].any()
    themes = (seen["quantity"] == "partner_tickets") & (seen["group"] == "theme")
    for cell in estimates.records(seen[themes]):
        assert cell["least"] <= true[cell["group_value"]] <= cell["most"]
    rest = final[final["indicator"].str.startswith("partner_") & final["estimate"].notna()]
    before = told(made).set_index(control.KEY)["estimate"]
    for row in estimates.records(rest):  # what is told is as it was
        assert row["estimate"] == before[control.estimate_key(row)]


def test_a_partner_is_withheld_where_it_would_give_a_theme_of_few_people():
    counts = {"Papiers d'identité": 100, "Carte grise et permis": 4, "Famille": 30, None: 90}
    _, final = as_an_edition_tells(counts)
    status = final[final["indicator"] == "partner_tickets"].set_index("group_value")["status"]
    assert status["Carte grise et permis"] == status["Agence fictive des titres"] == "suppressed"
    assert status["Papiers d'identité"] == "published"  # as the study of messages tells it
    assert status[UNTOLD] == "published"


def test_the_texts_of_one_answer_count_once(catalogue):
    both = pd.concat(
        [verbatims(*["rien"] * 40, "Mon passeport"), verbatims("Une carte grise", question="y")]
    )
    led = texts(both, catalogue)
    assert len(led) == 41
    assert Counter(led["partner"]) == {NOBODY: 39, "Agence fictive des titres": 2}
    assert "passeport" not in " ".join(led.astype(str).sum())  # no text goes further


def test_what_moved_on_a_year_is_tested(catalogue):
    then = tickets({"Famille": 100, "Compte en ligne": 900}, "2025-09-10")
    rows = pd.concat([then, tickets({"Famille": 300, "Compte en ligne": 700})])
    nothing = tickets({}).rename(columns={"ticket_id": "call_id"})
    none = catalogue.model_copy(update={"partners": {}})
    told, pairs, _ = partners_(nothing, rows, verbatims(), (), none, NOW)
    assert told.empty and pairs.empty, "an agency without partners has no estimates"
    _, pairs, _ = partners_(nothing, rows, verbatims(), (), catalogue, NOW)
    assert pairs[["group_value", "verdict"]].to_numpy().tolist() == [["Caisse fictive", "rise"]]


def test_texts_are_quoted_by_lot_where_enough_lead_to_a_partner_and_may_be(catalogue):
    open_ = catalogue.model_copy(deep=True)
    device = next(iter(catalogue.devices.values())).model_copy(update={"id": "d", "quotes": True})
    open_.devices["d"] = device
    told_ = [f"J'attends mon passeport et rien ne le dit {'encore ' * n}ici." for n in range(11)]
    rows = verbatims(*told_, "Mon passeport de 2019, demandé au guichet il y a longtemps.")
    found = quoted_texts(rows, open_, NOW)
    assert found["group_value"].tolist() == ["Agence fictive des titres"] * 2
    assert set(found["text"]) <= set(told_)
    assert quoted_texts(rows.head(10), open_, NOW).empty  # too few lead to it
    assert quoted_texts(rows, catalogue, NOW).empty  # no device allows it


@pytest.mark.parametrize(("text", "place"), [
    ("Mon PASSEPORT n'arrive pas", "Agence fictive des titres"),
    ("deux cartes d’identité perdues", "Agence fictive des titres"),
    ("Les tribunaux sont loin", "Autorité fictive"),
    ("le passeportage", NOBODY),  # a word is whole
    ("[numéro d'allocataire] rien d'autre", NOBODY),  # a mark is not what the user wrote
    ("[nom] demande une allocation", "Caisse fictive"),
    ("Une allocation, puis un litige", SEVERAL),
    ("Deux récépissés de la Préfecture fictive", "Préfecture fictive"),
    ("", NOBODY),
])  # fmt: skip
def test_a_text_leads_to_whom_its_words_name(catalogue, text, place):
    assert by_text(catalogue.partners)(text) == place


PERIOD = "2026-T3"
CALL = {"indicator": "partner_call_share", "unit": "%", "device": "appels-3939-journal"}
CALL |= {"channel": "phone", "product": "allo-service-public", "period": PERIOD, "n": 400}


def theme(name, value=20.0):
    return {**CALL, "group": "theme", "group_value": name, "estimate": value}


def reply(partner, theme, day="2026-08-01", **more):
    keys = {"partner": partner, "themes": [theme], "date": day, **more}
    return Reply(**sheets.GOOD["partners"] | keys)


def unanswered(*themes: Any, replies: Any = ()) -> Any:
    frame = estimates.make(themes)
    return lambda c: sentences.unanswered(frame, list(replies), c, PERIOD)


WITHHELD = estimates.make([{**CALL, "status": "suppressed", "n": None}])
LED = estimates.make(
    {**CALL, "group": "partner", "group_value": label, "estimate": value}
    for label, value in (("Caisse fictive", 20.0), ("Ville fictive", 20.0), ("Autorité fictive", 0))
)
DUE = reply("caisse-fictive", "Famille", due="2026-12-31")
DAYS = {"indicator": "partner_reply_days", "unit": "jours", "period": "2026-08-01",
        "group": "partner", "group_value": "Caisse fictive", "estimate": 32.0}  # fmt: skip
CASES: said.Cases = {
    "what is withheld": lambda c: [
        sentences.share_of_partners(WITHHELD, c, PERIOD),
        sentences.domain(WITHHELD, c, "caisse-fictive", PERIOD)],
    **{f"a reply of {day}": unanswered(
        theme("Famille"), replies=[reply("caisse-fictive", "Famille", day, quarter="2025-T2")])
       for day in ("2025-09-30", "2025-10-01")},  # older than a year, and not
    "no partner replied": lambda c: sentences.have_replied(LED, c, PERIOD),
    "replies": lambda c: [
        sentences.replies_of(estimates.make(rows), [DUE], c) for rows in ([DAYS], [])],
}  # fmt: skip
test_what_is_said_of_partners = said.test("partners", CASES)


def test_a_partner_s_page_has_its_themes_and_what_it_publishes(catalogue):
    rows = [theme(name) for name in ("Famille", "Logement", "Papiers d'identité", "Alertes")]
    frame = estimates.make(rows)
    its = sentences.of_partner(frame, catalogue, "caisse-fictive")
    assert its["group_value"].tolist() == ["Famille", "Logement"]
    assert sentences.elsewhere(frame, catalogue)["group_value"].tolist() == ["Alertes"]
    mark = {"indicator": "satisfaction_10", "unit": "sur 10", "period": PERIOD, "estimate": 7.0}
    names = ("boamp", "caisse-fictive", "cnaf")
    frame = estimates.make({**mark, "product": name} for name in names)
    both = sentences.ours_and_theirs(frame, catalogue, "caisse-fictive")
    assert both["product"].tolist() == ["boamp", "caisse-fictive"]
    assert sentences.ours_and_theirs(frame, catalogue, "agence-des-titres").empty
    assert sentences.publishes(frame, catalogue, "agence-des-titres").empty
