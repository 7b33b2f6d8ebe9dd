"""What is told by task gives away no theme of few people that partners and themes do not tell."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Task
from observlib.confidentiality import control
from observlib.confidentiality.attack import attack
from observlib.confidentiality.disclosure import Knowledge, Published
from observlib.language.words import rounded_estimates
from observlib.themes import contacts, partners
from observlib.themes import tasks as routing

NOW = Quarter("2026-T3")
NUMBERS = ["estimate", "ci_low", "ci_high", "n", "status"]
THEMES = ("Papiers d'identité", "Carte grise et permis", "Famille", "Compte en ligne", "Logement")
COUNTS = st.fixed_dictionaries({theme: st.integers(0, 60) for theme in THEMES})
ABOUT = {"device": "d", "product": "boamp", "channel": "mail"}


def catalogue(with_partners: bool = True) -> Catalogue:
    """A task of one theme of a partner that has two, and one of themes of two partners."""
    tasks = [
        Task(id="a", label="Refaire ses papiers", themes=THEMES[:1]),
        Task(id="b", label="Le reste", themes=THEMES[2:4]),
    ]
    known = demonstration_catalogue()
    own = {"tasks": {task.id: task for task in tasks}}
    return known.model_copy(update=own if with_partners else {**own, "partners": {}})


def as_an_edition_tells(
    counts: dict[str, int], known: Catalogue, *before: Published, source: str = "d@1"
) -> tuple[pd.DataFrame, Published, Knowledge]:
    """What is made of messages, what of it is told once all is decided, and what anyone knows."""
    themes = [theme for theme, n in counts.items() for _ in range(n)]
    rows = pd.DataFrame({"theme": themes}, dtype=object)
    rows = rows.assign(**ABOUT, source=source, date=pd.Timestamp("2026-09-10"))
    parts = [contacts.theme_shares(rows, "ticket", [NOW])]
    if known.partners:
        led = partners.contacts_of_partners(rows, known)
        parts.append(partners.routed(led, "ticket", known, [NOW]))
    parts.append(
        routing.contacts_by_task("ticket", routing.task_contacts(rows, known), rows, [NOW])
    )
    made = estimates.combine(parts)
    knowledge = Knowledge(known, pd.DataFrame(columns=["device", "question", "value"]))

    def told(frame: pd.DataFrame) -> pd.DataFrame:
        return rounded_estimates(frame, known)

    decision = control.decide(made, before, knowledge, told)
    final = Published(told(control.apply_decisions(made, decision.changes)), decision.wide)
    assert not attack([*before, final], knowledge)["pinned"].any()
    return made, final, knowledge


@pytest.mark.parametrize("with_partners", [True, False])
@examples(15)
@given(COUNTS.filter(lambda counts: any(counts.values())))
def test_no_theme_of_few_people_is_had_from_tasks_and_partners(with_partners, counts):
    known = catalogue(with_partners)
    made, (final, *_), _ = as_an_edition_tells(counts, known)
    before = rounded_estimates(made, known).set_index(control.KEY)["estimate"]
    rest = final[final["indicator"].str.startswith("task_") & final["estimate"].notna()]
    for row in estimates.records(rest):  # what is told is as it was
        assert row["estimate"] == before[control.estimate_key(row)]


FEW = {"Papiers d'identité": 100, "Carte grise et permis": 4, "Famille": 60, "Compte en ligne": 33}


def test_a_task_is_withheld_with_the_theme_that_hides_one_of_few_people_and_no_other_is():
    _, (final, *_), _ = as_an_edition_tells({**FEW, "Logement": 40}, catalogue())
    status = final[final["indicator"].str.endswith("_tickets")].set_index("group_value")["status"]
    assert status["Carte grise et permis"] == status["Compte en ligne"] == "suppressed"
    assert status["Le reste"] == "suppressed"  # less « Famille » it is « Compte en ligne »
    assert status["Famille"] == status["Refaire ses papiers"] == "published"


def test_the_attack_sees_what_a_task_would_give_away():
    made, (final, *_), knowledge = as_an_edition_tells({**FEW, "Logement": 40}, catalogue())
    is_task = (final["indicator"] == "task_tickets").to_numpy()
    careless = pd.concat([final[~is_task], rounded_estimates(made, knowledge.catalogue)[is_task]])
    assert attack([Published(careless.reset_index(drop=True), ())], knowledge)["pinned"].any()


def test_one_late_call_tells_no_theme_and_counts_move_where_enough_came():
    known, themes = catalogue(), {"Papiers d'identité": 542, "Famille": 120, "Logement": 61}
    _, first, _ = as_an_edition_tells(themes, known)
    late = {**themes, "Papiers d'identité": 543}  # of which the count crosses a multiple of five
    _, second, _ = as_an_edition_tells(late, known, first, source="d@2")
    pd.testing.assert_frame_equal(second.estimates[NUMBERS], first.estimates[NUMBERS])
    more = {theme: n + 4 for theme, n in themes.items()} | {"Papiers d'identité": 580}
    _, second, _ = as_an_edition_tells(more, known, first, source="d@2")
    now = second.estimates.query("indicator == 'partner_tickets'").set_index("group_value")
    assert now["estimate"][["Papiers d'identité", "Famille"]].tolist() == [580.0, 120.0]
    again = {theme: n + 1 for theme, n in more.items()}
    _, third, _ = as_an_edition_tells(again, known, first, second, source="d@3")
    pd.testing.assert_frame_equal(third.estimates[NUMBERS], second.estimates[NUMBERS])
