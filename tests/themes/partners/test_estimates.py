"""Partners: each contact leads to one place, and what is told gives away none of few people."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO, demonstration_catalogue

from observlib import estimates, frame
from observlib.catalogue.partners import NOBODY, SEVERAL, UNTOLD
from observlib.confidentiality.grouping import merge_small
from observlib.period import Quarter
from observlib.themes.partners.estimates import contacts, partners_, routed, texts

NOW = Quarter(2026, 3)
CATALOGUE = demonstration_catalogue()
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
    led = contacts(tickets(counts), "ticket", CATALOGUE)
    assert led["id"].is_unique and len(led) == sum(counts.values())
    wanted = Counter()
    for theme, n in counts.items():
        wanted[LEADS[theme]] += n
    assert Counter(led["partner"]) == Counter({k: n for k, n in wanted.items() if n})


@given(COUNTS)
def test_shares_of_partners_add_up_where_all_are_told(counts):
    rows = found(contacts(tickets(counts), "ticket", CATALOGUE))
    shares = rows[(rows["indicator"] == "partner_ticket_share") & (rows["group"] == "partner")]
    if len(shares) and shares["estimate"].notna().all():
        assert shares["estimate"].sum() == pytest.approx(100)
        assert sum(of(rows, "partner_tickets").values()) == sum(counts.values())


@given(COUNTS)
def test_what_is_told_of_partners_tells_no_theme_of_few_people(counts):
    """Whole less told parts, of each partner and of each side, is nothing or eleven people."""
    rows = found(contacts(tickets(counts), "ticket", CATALOGUE))
    known = {UNTOLD if theme is None else theme: n for theme, n in counts.items()}
    told = {t for t, (ts, _) in merge_small(ids(known)).items() if ts == (t,)}
    themes = of(rows, "partner_tickets", "theme")
    assert {t for t, x in themes.items() if x == x and x} <= told
    for place, count in of(rows, "partner_tickets").items():
        its = [UNTOLD if t is None else t for t, led in LEADS.items() if led == place]
        if count == count:
            assert count == sum(known[t] for t in its if t in told)  # it adds nothing to them
    (all_led,) = of(rows, "partner_tickets", "").values() or (float("nan"),)
    if all_led == all_led:
        somewhere = [t for t, led in LEADS.items() if led not in (NOBODY, UNTOLD)]
        rest = all_led - sum(known[t] for t in somewhere if t in told)
        assert rest == 0 or rest >= 11


def ids(counts):
    return {theme: {f"{theme}{i}" for i in range(n)} for theme, n in counts.items() if n}


def test_a_theme_that_is_shared_is_counted_for_neither_partner(catalogue):
    rows = found(contacts(tickets({"Logement": 40, "Famille": 60}), "ticket", catalogue))
    assert of(rows, "partner_tickets") == {"Caisse fictive": 60, SEVERAL: 40}
    assert of(rows, "partner_ticket_share", "")[""] == 100


def test_contacts_without_a_theme_stay_in_the_whole_and_are_told(catalogue):
    rows = found(contacts(tickets({"Famille": 50, None: 50}), "ticket", catalogue))
    assert of(rows, "partner_ticket_share") == {"Caisse fictive": 50, UNTOLD: 50}


def test_a_partner_is_withheld_where_one_of_its_themes_is(catalogue):
    counts = {"Papiers d'identité": 100, "Carte grise et permis": 4, "Famille": 30, None: 90}
    rows = found(contacts(tickets(counts), "ticket", catalogue))
    told = rows[rows["indicator"] == "partner_tickets"].set_index("group_value")["status"]
    assert told["Agence fictive des titres"] == "suppressed"
    assert told["Carte grise et permis"] == told["Famille"] == "suppressed"  # one hides the other
    assert told["Papiers d'identité"] == "published"


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
    _, pairs = partners_(nothing, rows, verbatims(), (), catalogue, NOW)
    assert pairs[["group_value", "verdict"]].to_numpy().tolist() == [["Caisse fictive", "rise"]]


def test_an_agency_without_partners_has_no_estimates(catalogue):
    none = catalogue.model_copy(update={"partners": {}})
    rows, pairs = partners_(tickets({}), tickets({"Famille": 40}), verbatims(), (), none, NOW)
    assert rows.empty and pairs.empty


def test_the_demonstration_tells_how_long_each_reply_took(catalogue):
    replies = frame.replies(DEMO, NOW)
    calls = tickets({}).rename(columns={"ticket_id": "call_id"})
    rows, _ = partners_(calls, tickets({}), verbatims(), replies, catalogue, NOW)
    days = rows[rows["indicator"] == "partner_reply_days"]
    assert days["estimate"].tolist() == [55, 21, 36]
    assert estimates.check(rows) is rows
