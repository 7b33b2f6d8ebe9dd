"""`observ watch`: each alarm is told once, to a person or to a program."""

import json
import shutil

import pytest
from tests.copies import DEMO
from tests.desk.watch.conftest import DEVICE, heard, standin, steady

__all__ = ["heard", "standin"]


@pytest.fixture
def silent(heard):
    """A data folder with a catalogue of its own, in which a device fell silent."""
    folder = heard(steady(200))
    shutil.copytree(DEMO / "catalogue", folder / "catalogue")
    return folder


def test_an_alarm_is_printed_once_with_its_owner_then_no_more(observ, silent):
    code, out, _ = observ("watch", "--data", silent)
    assert code == 0 and "1 alarm" in out
    assert DEVICE in out and "information-legale" in out and "nothing comes any more" in out
    code, out, _ = observ("watch", "--data", silent)
    assert (code, out) == (0, "1 device watched, 2 series: no alarm\n")


def test_looking_back_tells_again_and_remembers_nothing(observ, silent):
    for _ in range(2):
        code, out, _ = observ("watch", "--since", "2025-01-01", "--data", silent)
        assert code == 0 and "1 alarm" in out
    assert not (silent / "watched.json").exists()
    code, _, err = observ("watch", "--since", "2025-01-01", "--webhook", "--data", silent)
    assert code == 2 and len(err.splitlines()) == 1


def test_programs_read_the_alarms(observ, silent):
    _, out, _ = observ("watch", "--json", "--data", silent)
    told = json.loads(out)
    (alarm,) = told["alarms"]
    assert (alarm["device"], alarm["kind"], alarm["owner"]) == (
        DEVICE, "silence", "information-legale",
    )  # fmt: skip
    assert alarm["began"] == "2025-07-20" and told["mails"] == []


def test_an_alarm_that_could_not_be_sent_is_told_again(observ, silent, monkeypatch):
    monkeypatch.setenv("OBSERV_WEBHOOK_URL", "http://127.0.0.1:9/hook")
    code, _, err = observ("watch", "--webhook", "--data", silent)
    assert code == 1 and "cannot be reached" in err and "hook" not in err
    _, out, _ = observ("watch", "--data", silent)
    assert "1 alarm" in out


def test_a_mail_is_written_where_it_was_asked_for(observ, silent, tmp_path):
    code, out, _ = observ("watch", "--mail", tmp_path / "mails", "--data", silent)
    (path,) = (tmp_path / "mails").iterdir()
    assert code == 0 and f"Wrote {path}" in out
