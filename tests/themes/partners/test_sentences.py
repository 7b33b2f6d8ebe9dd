"""What is said of partners: shares with their base, who answered, and on what nobody did."""

import datetime

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.records.actions import Action
from observlib.records.replies import Reply
from observlib.themes.partners import sentences

NOW = "2026-T3"
CALL = {"indicator": "partner_call_share", "unit": "%", "device": "appels-3939-journal"}
CALL |= {"channel": "phone", "product": "allo-service-public", "period": NOW, "n": 400}
TICKET = CALL | {"indicator": "partner_ticket_share", "channel": "mail", "device": "courriels-x"}


def plain(said):
    text = said if isinstance(said, str) else repr(said)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def whole(value, row=CALL, **more):
    return {**row, "estimate": value, "ci_low": value - 5, "ci_high": value + 5, **more}


def theme(name, value=20.0):
    return {**CALL, "group": "theme", "group_value": name, "estimate": value}


def reply(partner, theme, day="2026-08-01", **more):
    keys = {"id": "r", "partner": partner, "quarter": "2026-T2", "themes": [theme], "date": day}
    return Reply(**{**keys, "role": "pôle", "will_do": "Nous le ferons.", **more})


def test_shares_of_each_kind_are_told(catalogue):
    frame = estimates.make([whole(87.0), whole(14.0, TICKET, n=330)])
    said = plain(sentences.overview(frame, catalogue, NOW))
    assert said == (
        "Au 3e trimestre 2026, 87 % des appels relèvent d'un autre organisme. Par écrit, ce sont "
        "14 % des messages."
    )


def test_what_is_withheld_is_not_told(catalogue):
    frame = estimates.make([{**CALL, "status": "suppressed", "n": None}])
    assert sentences.overview(frame, catalogue, NOW) == ""
    said = plain(sentences.domain(frame, catalogue, "caisse-fictive", NOW))
    assert "rien de publiable" in said and "les prestations familiales" in said


def test_a_reply_on_one_theme_leaves_the_other_without_one(catalogue):
    frame = estimates.make([theme("Papiers d'identité"), theme("Carte grise et permis")])
    replies = [reply("agence-des-titres", "papiers d’identité")]
    said = plain(sentences.unanswered(frame, replies, catalogue, NOW))
    assert (
        said == "Sans réponse depuis un an : « Carte grise et permis » (Agence fictive des titres)."
    )


def test_a_reply_that_is_older_than_a_year_is_none(catalogue):
    frame = estimates.make([theme("Famille")])
    old = reply("caisse-fictive", "Famille", "2025-09-30", quarter="2025-T2")
    new = reply("caisse-fictive", "Famille", "2025-10-01", quarter="2025-T2")
    assert "Famille" in sentences.unanswered(frame, [old], catalogue, NOW)
    assert "Chaque motif" in sentences.unanswered(frame, [new], catalogue, NOW)


def test_a_shared_theme_is_answered_by_each_of_its_partners_or_not(catalogue):
    frame = estimates.make([theme("Logement")])
    said = plain(sentences.unanswered(frame, [reply("caisse-fictive", "Logement")], catalogue, NOW))
    assert said == "Sans réponse depuis un an : « Logement » (Ville fictive)."


def test_a_theme_that_nobody_called_about_asks_for_no_reply(catalogue):
    frame = estimates.make([theme("Famille", 0.0)])
    assert sentences.unanswered(frame, [], catalogue, NOW) == ""


@pytest.mark.parametrize(
    ("replied", "said"),
    [
        ((), "Aucun n'a répondu depuis un an."),
        (("Caisse fictive",), "Caisse fictive a répondu à ce qui lui était transmis"),
        (("Caisse fictive", "Ville fictive"), "à ce qui leur était transmis."),
    ],
)
def test_who_answered_and_who_did_not_is_told(catalogue, replied, said):
    labels = ("Caisse fictive", "Ville fictive")
    rows = [whole(20.0, group="partner", group_value=label) for label in labels]
    count = {"indicator": "partner_replies", "period": "2025-10/2026-09", "estimate": 1.0}
    rows += [{**count, "group": "partner", "group_value": label} for label in replied]
    text = plain(sentences.have_replied(estimates.make(rows), catalogue, NOW))
    assert said in text
    assert ("Ville fictive n'a pas répondu" in text) == (len(replied) == 1)


def test_a_partner_s_page_has_its_themes_and_nobody_else_s(catalogue):
    rows = [theme(name) for name in ("Famille", "Logement", "Papiers d'identité", "Alertes")]
    frame = estimates.make(rows)
    its = sentences.of_partner(frame, catalogue, "caisse-fictive")
    assert its["group_value"].tolist() == ["Famille", "Logement"]
    assert sentences.elsewhere(frame, catalogue)["group_value"].tolist() == ["Alertes"]


def test_what_a_partner_publishes_stands_beside_ours_where_it_publishes_that(catalogue):
    mark = {"indicator": "satisfaction_10", "unit": "sur 10", "period": NOW, "estimate": 7.0}
    names = ("boamp", "caisse-fictive", "cnaf")
    frame = estimates.make({**mark, "product": name} for name in names)
    both = sentences.beside(frame, catalogue, "caisse-fictive")
    assert both["product"].tolist() == ["boamp", "caisse-fictive"]
    assert sentences.beside(frame, catalogue, "agence-des-titres").empty
    assert sentences.publishes(frame, catalogue, "agence-des-titres").empty


def test_an_action_is_told_to_the_partner_that_it_names_or_whose_theme_it_names(catalogue):
    keys = {"product": "boamp", "date": "2026-01-02", "done": "Fait.", "contact": "pôle"}
    keys["expected"] = [{"indicator": "visits", "direction": "up"}]
    actions = [
        Action(id="a", title="Par son nom", partners=["caisse-fictive"], **keys),
        Action(id="b", title="Par un motif", themes=["famille"], **keys),
        Action(id="c", title="Ailleurs", themes=["Alertes"], **keys),
    ]
    text = plain(sentences.done(actions, catalogue, "caisse-fictive"))
    assert "Par son nom" in text and "Par un motif" in text and "Ailleurs" not in text
    assert plain(sentences.done([], catalogue, "ville-fictive")).startswith("Auc")


def test_a_reply_tells_its_delay_its_role_and_its_due_date(catalogue):
    one = reply("caisse-fictive", "Famille", due="2026-12-31")
    row = {"indicator": "partner_reply_days", "unit": "jours", "period": "2026-08-01"}
    row |= {"group": "partner", "group_value": "Caisse fictive", "estimate": 32.0}
    text = plain(sentences.replies_of(estimates.make([row]), [one], catalogue))
    assert "Caisse fictive, pôle" in text and "32 jours après la fin du trimestre" in text
    assert "Nous le ferons. Échéance : 31 décembre 2026." in text
    assert one.days == 32 and one.since == datetime.date(2026, 6, 30)
    none = plain(sentences.replies_of(estimates.make([]), [one], catalogue))
    assert none == "Aucune réponse n'a été reçue depuis un an."


def test_texts_say_that_nobody_chose_them_and_none_is_an_error_of_the_study():
    texts = pd.DataFrame({"text": ['Il dit « non » et "jamais".', "J'attends."]})
    said = plain(sentences.quoted(texts))
    assert said.startswith("Des textes qui le concernent, désignés par le sort :")
    assert "- « Il dit “non” et “jamais”. »" in said.replace("’", "'")
    with pytest.raises(ObservError, match="name it with `absent`"):
        sentences.quoted(texts.head(0))
