"""Partners: each contact leads to one place, and what is told gives away none of few people."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO, demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue.partners import NOBODY, SEVERAL, UNTOLD
from observlib.confidentiality import control
from observlib.confidentiality.attack import attack
from observlib.confidentiality.disclosure import Knowledge, Published
from observlib.language.rounding import rounded
from observlib.pipeline import frame
from observlib.themes import contacts as topics
from observlib.themes.partners import contacts, partners_, quoted, routed, texts

NOW = Quarter(2026, 3)
CATALOGUE = demonstration_catalogue()
KNOWN = Knowledge(CATALOGUE, pd.DataFrame(columns=["device", "question", "value"]))
ABOUT = {"device": "d", "product": "boamp", "channel": "mail", "source": "d@1"}
LEADS = {
    "Famille": "Caisse fictive",
    "Papiers d'identité": "Agence fictive des titres",
    "Carte grise et permis": "Agence fictive des titres",
    "Logement": SEVERAL,
    "Compte en ligne": NOBODY,
    None: UNTOLD,
}


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
def test_each_contact_is_routed_once(counts):
    led = contacts(tickets(counts), CATALOGUE)
    assert len(led) == sum(counts.values())
    wanted = Counter()
    for theme, n in counts.items():
        wanted[LEADS[theme]] += n
    assert Counter(led["partner"]) == Counter({k: n for k, n in wanted.items() if n})


@given(COUNTS)
def test_shares_of_partners_add_up_where_all_are_told(counts):
    rows = found(contacts(tickets(counts), CATALOGUE))
    shares = rows[(rows["indicator"] == "partner_ticket_share") & (rows["group"] == "partner")]
    if len(shares) and shares["estimate"].notna().all():
        assert shares["estimate"].sum() == pytest.approx(100)
        told = of(rows, "partner_tickets")
        assert sum(told.values()) == pytest.approx(sum(counts.values()), abs=4 * len(told))


def told(rows):
    return rounded(rows, CATALOGUE)


def as_an_edition_tells(counts):
    """What studies of messages and of partners tell of them, once all is decided."""
    rows = tickets(counts)
    themes = topics.themes(rows, "ticket", [NOW])
    made = estimates.combine([found(contacts(rows, CATALOGUE)), themes])
    decision = control.decide(made, [], KNOWN, told)
    return made, told(control.applied(made, decision.changes))


@examples(20)
@given(COUNTS.filter(lambda counts: any(counts.values())))
def test_what_is_told_of_partners_tells_no_theme_of_few_people(counts):
    """Whole less told parts, of each partner and of each side; and shares in the same edition."""
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
        assert row["estimate"] == before[control.key_of(row)]


def test_a_theme_that_is_shared_is_counted_for_neither_partner(catalogue):
    rows = found(contacts(tickets({"Logement": 40, "Famille": 60}), catalogue))
    assert of(rows, "partner_tickets") == {"Caisse fictive": 60, SEVERAL: 40}
    assert of(rows, "partner_ticket_share", "")[""] == 100


def test_contacts_without_a_theme_stay_in_the_whole_and_are_told(catalogue):
    rows = found(contacts(tickets({"Famille": 50, None: 50}), catalogue))
    assert of(rows, "partner_ticket_share") == {"Caisse fictive": 50, UNTOLD: 50}


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


def test_texts_are_routed_by_words_into_shares_with_their_base(catalogue):
    rows = found(texts(verbatims(*["passeport"] * 30, *["rien"] * 70), catalogue), "text")
    shares = rows[rows["indicator"] == "partner_text_share"].set_index("group_value")
    assert shares.at["Agence fictive des titres", "estimate"] == 30
    assert shares.at[NOBODY, "n"] == 100 and shares.at[NOBODY, "ci_low"] < 70
    assert "theme" not in set(rows["group"])


def test_what_moved_on_a_year_is_tested(catalogue):
    then = tickets({"Famille": 100, "Compte en ligne": 900}, "2025-09-10")
    rows = pd.concat([then, tickets({"Famille": 300, "Compte en ligne": 700})])
    nothing = tickets({}).rename(columns={"ticket_id": "call_id"})
    _, pairs, _ = partners_(nothing, rows, verbatims(), (), catalogue, NOW)
    assert pairs[["group_value", "verdict"]].to_numpy().tolist() == [["Caisse fictive", "rise"]]


def test_an_agency_without_partners_has_no_estimates(catalogue):
    none = catalogue.model_copy(update={"partners": {}})
    rows, pairs, _ = partners_(tickets({}), tickets({"Famille": 40}), verbatims(), (), none, NOW)
    assert rows.empty and pairs.empty


def test_the_demonstration_tells_how_long_each_reply_took(catalogue):
    replies = frame.replies(DEMO, NOW)
    calls = tickets({}).rename(columns={"ticket_id": "call_id"})
    rows, *_ = partners_(calls, tickets({}), verbatims(), replies, catalogue, NOW)
    days = rows[rows["indicator"] == "partner_reply_days"]
    assert days["estimate"].tolist() == [55, 21, 36]
    assert estimates.check(rows) is rows


def test_texts_are_quoted_by_lot_where_enough_lead_to_a_partner_and_may_be(catalogue):
    open_ = catalogue.model_copy(deep=True)
    device = next(iter(catalogue.devices.values())).model_copy(update={"id": "d", "quotes": True})
    open_.devices["d"] = device
    told_ = [f"J'attends mon passeport et rien ne le dit {'encore ' * n}ici." for n in range(11)]
    rows = verbatims(*told_, "Mon passeport de 2019, demandé au guichet il y a longtemps.")
    found = quoted(rows, open_, NOW)
    assert found["group_value"].tolist() == ["Agence fictive des titres"] * 2
    assert set(found["text"]) <= set(told_)
    assert quoted(rows.head(10), open_, NOW).empty  # too few lead to it
    assert quoted(rows, catalogue, NOW).empty  # no device allows it
