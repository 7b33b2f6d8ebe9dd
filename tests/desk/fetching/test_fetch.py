"""What is common to all fetches, and the command."""

import json
from datetime import date

import pytest
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError, UsageError
from observlib.desk.fetching import fetch, fetchable, servers

DAY = date(2026, 3, 4)
TOKEN = "0123456789abcdef"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project with one device, of a site in Matomo."""
    folder = copy_catalogue(tmp_path)
    (folder / "devices.yml").write_text(
        "- {id: essai, label: Essai, family: feedback, channel: web, owner: numerique, "
        "product: boamp, frequency: monthly, personal_data: Aucune., pattern: 'essai_*.csv', "
        "loader: matomo_csv, site_id: 3}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_lists_what_can_be_fetched_and_what_variables_lack(place, observ, monkeypatch):
    code, out, err = observ("fetch")
    assert (code, err) == (0, "") and out.splitlines()[0] == "essai: matomo"
    assert json.loads(observ("fetch", "--json")[1]) == {"devices": {"essai": "matomo"}}
    monkeypatch.delenv("OBSERV_MATOMO_URL", raising=False)
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", TOKEN)
    code, out, err = observ("fetch", "essai")
    assert (code, out) == (2, "") and "OBSERV_MATOMO_URL: not set" in err and TOKEN not in err
    assert err.count("\n") == 1 and not (place / "data" / "raw").exists()


def test_the_command_fetches_tells_how_far_it_is_never_the_key(place, observ, standin, monkeypatch):
    monkeypatch.setenv("OBSERV_MATOMO_URL", standin.url)
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", TOKEN)
    standin.answer = lambda asked: {"2026-01": {"nb_visits": 7}}
    code, out, err = observ("fetch", "essai", "--since", "2026-01-01", "--json")
    path = place / "data" / "raw" / f"essai_{date.today()}.csv"
    assert code == 0 and json.loads(out) == {"path": str(path)} and TOKEN not in out + err
    assert path.read_text(encoding="utf-8") == "date,nb_visits\n2026-01,7\n"
    assert standin.asked[0].form["date"].startswith("2026-01-01,")


@pytest.mark.parametrize("since", ["2026-13-01", "hier"])
def test_a_day_that_is_none_is_one_line(place, observ, since):
    code, out, err = observ("fetch", "essai", "--since", since)
    assert (code, out) == (2, "") and since in err and err.count("\n") == 1


def test_a_first_day_goes_with_what_has_days(catalogue, device, tmp_path):
    known = {
        "table": device(id="table", loader="tickets", address="a.parquet"),
        "site": device(id="site", loader="matomo_csv", site_id=3),
    }
    known = catalogue.model_copy(update={"devices": known})
    with pytest.raises(UsageError, match="--since 2026-01-01: does not go with address"):
        fetch("table", known, tmp_path, since=date(2026, 1, 1), today=DAY)
    with pytest.raises(UsageError, match="--since 2026-03-04: is not before today"):
        fetch("site", known, tmp_path, since=DAY, today=DAY)


def test_the_agency_s_own_data_sets_can_be_fetched_and_are_named_as_their_dumps(monkeypatch):
    from observlib.desk import fetching
    from observlib.pipeline import project

    known = project.catalogue(project.root() / "data")
    assert {kind for kind in fetchable(known).values()} == {"datagouv"}
    for name in fetchable(known):
        path = fetching._file_name(known.devices[name], DAY)
        assert path.match(known.devices[name].pattern)
        assert path.name.endswith("_monthly_2026-03-04.json")


def test_real_data_never_joins_a_demonstration(catalogue, device, tmp_path):
    only = device(loader="matomo_csv", site_id=3)
    (tmp_path / "demonstration.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="never mixed"):
        fetch("essai", catalogue.model_copy(update={"devices": {"essai": only}}), tmp_path)


def test_a_folder_that_cannot_be_written_is_told(catalogue, device, tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "ask", None)
    monkeypatch.setenv("OBSERV_MATOMO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OBSERV_MATOMO_TOKEN", TOKEN)
    only = device(loader="matomo_csv", site_id=3)
    (tmp_path / "raw").write_text("a file", encoding="utf-8")
    with pytest.raises(ObservError, match="an earlier file is as it was"):
        fetch("essai", catalogue.model_copy(update={"devices": {"essai": only}}), tmp_path / "raw")
