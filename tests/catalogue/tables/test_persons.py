"""Nobody enters by a label, a title or a list; and no good label is taken for somebody."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.catalogue import contract, tables
from observlib.catalogue.tables import TABLES, Column, Seen, load_tables

NAMES = ["Zoé Martin", "MARTIN Zoé", "ZOÉ MARTIN", "Martin, Zoé", "zoe.martin", "Jean-Luc Dupond"]
TITLED = ["Mme Martin", "M. Dupond", "Mme Zoé Martin"]
AMONG_WORDS = ["Rappeler Zoé Martin", "Dossier de MARTIN Zoé (suite)", "Vu avec Z. Zoé M."]
NUMBERS = [
    "1 85 05 78 006 084 91", "FR14 2004 1010 0505 0001 3M02 606", "4111 1111 1111 1111",
    "06 12 34 56 78", "zoe@exemple.invalid", "AB-123-CD",
]  # fmt: skip
SENTENCES = [
    "Ma mère est malade et n'a pas reçu sa carte", "Elle est handicapée depuis son accident",
    "Mon mari est décédé en mars", "J'ai appelé trois fois. Personne ne m'a répondu.",
    "Bonjour,\nje n'arrive pas à me connecter", "x" * 121
]  # fmt: skip
LABELS = [
    "Carte Vitale", "Pôle Emploi", "Journal Officiel", "Légifrance Pro", "France Travail",
    "Service Public", "Carte grise et permis", "Mon compte", "Mes démarches", "Inscrire mon enfant",
    "J'ai oublié mon mot de passe", "Je déménage", "Un proche est décédé", "J'attends un enfant",
    "Papiers d'identité", "Où en est ma demande ?", "Saint Martin", "Rue Saint Pierre",
    "Marine Nationale", "Air France", "Octobre Rose", "Prestations Sociales", "Plan B",
    "Lettre d'information de Vie-publique.fr", "BO-2026-12", "Île Maurice", "Le Robert",
    "Sainte Marie", "Château Thierry", "data.gouv", "vie.publique", "Assurance maladie",
    "Personne malade ou handicapée", "Un rappel par courriel, qui est envoyé la veille",
]  # fmt: skip
OFFICES = [
    "CHU Henri Mondor", "Lycée Simone Veil", "Université Paul Valéry", "Pierre Bénite",
    "PIERRE BENITE", "Vincent Froideville", "Saint Pierre", "Clermont Ferrand", "CAF du Rhône",
    "Marie Galante", "Le Robert", "Port Louis", "France services Léon Blum",
]  # fmt: skip


def row_of(table: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "count": 1, "number": 1.0, "flag": True,
        "day": pd.Timestamp("2026-03-05"), "moment": pd.Timestamp("2026-03-05"),
    }  # fmt: skip
    return {
        name: values.get(column.kind, column.allowed[0] if column.allowed else "T1")
        for name, column in tables.TABLES[table].columns.items()
    }


def refused(table: str, name: str, texts: list[str]) -> list[str]:
    """Which texts a column does not take; no message repeats any of them."""
    rows = pd.DataFrame([row_of(table) | {name: text} for text in texts])
    pieces = [rows]
    if tables.TABLES[table].columns[name].person:  # where one tells of others
        pieces = [rows.iloc[[place]] for place in range(len(rows))]
    spoiled = []
    for piece in pieces:
        kept, rejects = contract.conform(piece, table, "a.csv")
        assert len(kept) + len(rejects) == len(piece)
        assert not [text for text in texts if text in rejects.to_csv()], name
        spoiled += [texts[place] for place in rejects.loc[rejects["column"] == name, "row"]]
    return spoiled


COLUMNS = [
    (table, name, column) for table, shape in tables.TABLES.items() for name,
    column in shape.columns.items() if column.kind == "text"
]  # fmt: skip


@pytest.mark.parametrize(("table", "name", "column"), COLUMNS, ids=lambda part: str(part)[:20])
def test_a_column_takes_nobody_s_name_number_or_story(table, name, column):
    assert column.allowed or not refused(table, name, ["T2"]), "else nothing below proves anything"
    planted = [*NUMBERS]
    if not column.cites:
        planted += [*NAMES, *TITLED]
    if not (column.cites or column.named or column.person):
        planted += AMONG_WORDS
    if column.label:
        planted += SENTENCES
    if column.person:  # a plate is no more than a code there, and hashed
        planted.remove("AB-123-CD")
    assert refused(table, name, planted) == planted


def test_every_column_of_a_list_is_a_label_but_what_is_asked_or_named():
    others = {
        f"{table}.{name}"
        for table, name, c in COLUMNS
        if not (c.label or c.cites or c.person or c.named or c.allowed)
        and name not in ("device", "product", "channel")
    }
    assert others == {
        "subscriptions.cohort", "tickets.unknown", "polls.question", "polls.option",
        "responses.category", "experiences.region", "procedures.edition", "procedures.procedure_id",
        "procedures.indicator", "procedures.label", "figures.subject", "figures.measure",
        "figures.unit", "figures.mode", "figures.comparable_with", "figures.reservation",
        "figures.definition", "figures.published", "figures.url", "figures.licence",
        "counters.counter_id", "counters.departement", "counters.format", "population.area"
    }  # fmt: skip


@pytest.mark.parametrize("text", LABELS)
def test_a_good_label_is_nobody(text):
    assert contract.fault(text, Column(kind="text", label=True)) is None


@pytest.mark.parametrize("text", OFFICES)
def test_an_office_or_a_town_named_after_someone_is_nobody(text):
    assert contract.fault(text, Column(kind="text", named=True)) is None


def test_towns_and_offices_of_the_country_are_nobody(shared_data):
    (path,) = (shared_data / "france_services").glob("liste-fs-*.csv")
    listed = pd.read_csv(path, sep=None, engine="python", dtype=str)
    for name in ("lib_fs", "lib_com", "groupe_fs"):
        texts = listed[name].dropna().unique()
        assert not [x for x in texts if contract.fault(x, Column(kind="text", named=True))], name


@pytest.mark.parametrize("text", [
    "12", "-3,5", "31/02/2026 10:00", "2026-03-01 to 2026-04-05", "02:05", "4 min 31s", "#N/A",
    "T-2026-001", "five", "mood", "",
])  # fmt: skip
def test_a_refused_value_that_helps_to_mend_is_shown(text):
    assert contract.shown_cell("note", text) == text


@pytest.mark.parametrize(
    "text", [*NAMES, *TITLED, *AMONG_WORDS, *NUMBERS, *SENTENCES, "Martin", "zoé", "Zoé",
             "zoé-anne", "martin zoé", "bof, nul", "zoe12"]
)  # fmt: skip
def test_a_refused_value_that_may_hold_someone_is_not_shown(text):
    assert contract.shown_cell("note", text) == "(not shown: it may tell of someone)"


def test_the_product_that_a_row_names_is_shown_unless_it_is_somebody():
    assert contract.shown_cell("product", "Journal Officiel") == "Journal Officiel"
    assert "not shown" in contract.shown_cell("product", "Zoé Martin")


DECLARED = Path(__file__).with_name("declared.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("right", "wrong", "said"), [
    ("count?", "counts", "6: 'visitors': columns.visits: unknown kind 'counts'; allowed: text"),
    ("count?", "{kind: count, may: 1}", "6: 'visitors': unknown key 'columns.visits.may'"),
    ("key: [date]", "key: [day]", "1: 'visitors': unknown column 'day'; allowed: device"),
    ("at_most: [visits,", "at_most: [seen,", "1: 'visitors': unknown column 'seen'"),
    ("One row a day.", "[a]", "2: 'visitors': row is ['a']: text is expected"),
    ("reason: is more", "why: is more", "8: 'visitors': key 'rules.0.reason' is missing"),
])  # fmt: skip
def test_a_mistake_in_a_declared_table_is_told_at_its_line(tmp_path, right, wrong, said):
    path = tmp_path / "tables.yml"
    path.write_text(DECLARED.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        load_tables(path)
    assert f"{path}:{said}" in str(caught.value)


def test_a_declared_table_has_what_each_row_has_beside_its_own(tmp_path):
    path = tmp_path / "tables.yml"
    path.write_text(DECLARED, encoding="utf-8")
    table = load_tables(path)["visitors"]
    assert [*table.columns] == ["device", "product", "channel", "date", "visits"]
    assert table.columns["visits"].optional and not table.columns["product"].optional
    assert (table.start, table.end) == ("date", "date")
    assert TABLES["polls"].columns["product"].optional  # of several products, or of none
    assert [*TABLES["audience"].columns][3:6] == ["start", "end", "complete"]


DAYS = pd.Timestamp("2026-03-01")


@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=12))
def test_a_key_is_told_again_wherever_in_a_long_export_it_was_before(pieces):
    seen, before = Seen("calls"), set()
    for piece in pieces:
        piece = list(dict.fromkeys(piece))  # repeats within a piece are told elsewhere
        rows = pd.DataFrame({"device": "d", "call_id": [str(call) for call in piece]})
        assert seen.again(rows).tolist() == [call in before for call in piece]
        before |= set(piece)


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 5), st.sampled_from("ab"))))
def test_no_day_of_a_product_counts_twice_in_a_long_export(spans):
    seen, before = Seen("audience"), set()
    for first, more, product in spans:
        start = DAYS + pd.Timedelta(days=first)
        row = {"device": "d", "product": product, "start": start}
        rows = pd.DataFrame([row | {"end": start + pd.Timedelta(days=more)}])
        days = {(product, day) for day in range(first, first + more + 1)}
        assert seen.again(rows).tolist() == [bool(days & before)]
        before |= set() if days & before else days


def test_ten_million_calls_are_remembered_in_a_hundred_bytes_each_at_most():
    seen = Seen("calls")
    for at in range(0, 200_000, 20_000):
        calls = [f"c{n}" for n in range(at, at + 20_000)]
        assert not seen.again(pd.DataFrame({"device": "d", "call_id": calls})).any()
    assert sum(run.nbytes for run in seen._runs) == 8 * 200_000
    assert len(seen._runs) < 20 and all(np.all(run[:-1] <= run[1:]) for run in seen._runs)
