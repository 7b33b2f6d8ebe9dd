"""What a device says of where its exports are fetched from, checked before anything is asked."""

from pathlib import Path

import pytest
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import load_catalogue
from observlib.catalogue.formats import fetched_from
from observlib.catalogue.tables import TABLES
from observlib.loaders import loader_names

ENTRY = Path(__file__).with_name("device.yml").read_text(encoding="utf-8")


@pytest.fixture
def load(tmp_path):
    folder = copy_catalogue(tmp_path)

    def loaded(more: str):
        text = ENTRY + "".join(f"  {line.strip()}\n" for line in more.split(";"))
        (folder / "devices.yml").write_text(text, encoding="utf-8")
        return load_catalogue(folder, loader_names(), TABLES).devices["essai"]

    return loaded


@pytest.mark.parametrize("loader", ["limesurvey", "kobo"])
def test_open_answers_are_asked_for_only_where_a_question_is_open(load, loader):
    more = f"loader: {loader}; verbatims: redacted; questionnaire: "
    assert load(f"{more}enquete-vie-publique").verbatims == "redacted"
    with pytest.raises(ObservError, match="questionnaires that have a question of the kind text"):
        load(f"{more}sus")


def test_a_loader_that_reads_no_answers_takes_no_open_ones(load):
    more = "loader: plain_csv; table: invitations; questionnaire: enquete-vie-publique"
    with pytest.raises(ObservError, match="plain_csv knows none"):
        load(f"{more}; verbatims: redacted")


@pytest.mark.parametrize(("more", "kind"), [
    ("loader: matomo_csv; site_id: 3", "matomo"),
    ("loader: matomo_csv", None),
    ("loader: datagouv_metrics; dataset_id: 559395f1c751df0f51a453b9", "datagouv"),
    ("loader: zendesk_api", "zendesk"),
    ("loader: glpi", "glpi"),
    ("loader: glpi; address: exports/*.parquet", "address"),
    ("loader: tickets; address: base.db; address_table: t", "address"),
    ("loader: tickets; address: 'postgresql://moi@hote/b'; address_table: s.t", "address"),
    ("loader: tickets; address: 'postgresql://[::1]:5433/b'; address_table: t", "address"),
    ("loader: tickets; address: 'postgresql://%2Frun%2Fpg/b'; address_table: t", "address"),
    ("loader: plain_csv; table: audience; address: /srv/visites", "address"),
])  # fmt: skip
def test_a_device_says_from_where_it_is_fetched(load, more, kind):
    assert fetched_from(load(more)) == kind


@pytest.mark.parametrize(("more", "word"), [
    ("loader: matomo_csv; survey_id: 3", "key 'survey_id' goes with the loader limesurvey"),
    ("loader: tickets; site_id: 3", "goes with the loader matomo_csv or matomo_json alone"),
    ("loader: matomo_csv; site_id: 0", "site_id is 0"),
    ("loader: datagouv_metrics; dataset_id: bodacc", "dataset_id is 'bodacc'"),
    ("loader: zendesk_api; address: a.parquet", "a plain table, and zendesk_api is none"),
    ("loader: demarches; address: a.parquet", "a plain table, or the loader plain_csv"),
    ("loader: tickets; address: base.sqlite", "needs `address_table`"),
    ("loader: tickets; address: 'postgres://hote/b'", "needs `address_table`"),
    ("loader: tickets; address: a.csv; address_table: t", "PostgreSQL or SQLite alone"),
    ("loader: tickets; address_table: t", "goes with an `address` of PostgreSQL or SQLite"),
    ("loader: tickets; address: 's3://seau/a.parquet'", "is none that can be fetched"),
    *(
        (f"loader: tickets; address: '{address}'; address_table: t", "and no more; what else")
        for address in (
            "postgresql://moi@hote/b?sslmode=disable", "postgresql://moi@hote/b?host=autre",
            "postgresql://moi@hote/b?hostaddr=192.0.2.1",
            "postgresql://moi@hote/b?h%6Fstaddr=192.0.2.1", "postgresql:///b?service=autre",
            "postgresql://hote,autre/b", "postgresql://moi@hote@autre/b",
            "postgresql://hote/b#x", "postgresql://[hote/b",
            "postgresql://hote/b sslmode=disable"
        )
    ),
])  # fmt: skip
def test_keys_that_do_not_go_together_are_told_at_their_line(load, more, word):
    with pytest.raises(ObservError) as error:
        load(more)
    (problem,) = error.value.problems
    assert word in problem and "devices.yml:1" in problem and "'essai'" in problem


@pytest.mark.parametrize("address", [
    "postgresql://moi:secret-42@hote/b", "postgresql://moi@hote/b?password=secret-42",
    "postgresql://moi@hote/b?sslmode=require&pass%77ord=secret-42", "host=hote password=secret-42",
    "mysql://moi:secret-42@hote/b",
])  # fmt: skip
def test_a_password_in_an_address_is_refused_and_not_shown(load, address):
    with pytest.raises(ObservError, match="holds a password; leave it out") as error:
        load(f"loader: tickets; address: '{address}'; address_table: t")
    assert "secret-42" not in str(error.value)
