"""Whoever owns a device hears once of what changed for good, and where somebody asked for it."""

import email
import email.policy
import json
from datetime import date, timedelta

import pytest
from tests.desk.conftest import DEVICE, FIRST, POOR, Reply, steady

from observlib.base.errors import ObservError, UsageError
from observlib.desk import watch
from observlib.desk.watch import Alarm


def day(number: int) -> date:
    return FIRST + timedelta(number)


def test_steady_days_raise_no_alarm_and_are_watched_to_their_end(heard, catalogue):
    alarms, watched = watch.raised(heard(steady(212)), catalogue)
    assert alarms == []
    assert watched == {
        f"{DEVICE}/legifrance/marks": date(2025, 7, 31),
        f"{DEVICE}/legifrance/fewer": date(2025, 7, 31),
    }


def test_marks_that_fall_raise_one_alarm_within_ten_days(heard, catalogue):
    ((alarm,), _) = watch.raised(heard(steady(192) + steady(20, POOR)), catalogue)
    assert (alarm.device, alarm.kind) == (DEVICE, "marks")
    assert abs((alarm.began - day(192)).days) <= 2 and (alarm.seen - day(192)).days < 10
    assert -3 < alarm.size < -1 and alarm.heard > 100


def test_a_device_that_falls_silent_is_told_although_no_row_says_so(heard, catalogue):
    """Its export is of the whole month: days without a row are days on which nothing came."""
    ((alarm,), watched) = watch.raised(heard(steady(200)), catalogue)  # to 19 July
    assert (alarm.kind, alarm.began, alarm.heard) == ("silence", date(2025, 7, 20), 0)
    assert alarm.seen <= date(2025, 7, 24)
    assert watched[alarm.series] == date(2025, 7, 31)


def test_a_device_that_listens_at_times_or_for_no_day_is_not_watched(heard, catalogue, monkeypatch):
    rare = catalogue.devices[DEVICE].model_copy(update={"frequency": "occasional"})
    other = catalogue.model_copy(update={"devices": {**catalogue.devices, DEVICE: rare}})
    assert watch.raised(heard(steady(200)), other) == ([], {})
    # a device of which no day is whole yet
    folder, exports = heard(steady(200)), watch.store.exports
    monkeypatch.setattr(watch.store, "exports", lambda data: exports(data).assign(end=None))
    assert watch.raised(folder, catalogue) == ([], {})


def test_the_demonstration_s_outage_is_seen_within_three_days(demonstration, catalogue, truths):
    (outage,) = [one for one in truths["changes"] if one["kind"] == "outage"]
    alarms, _ = watch.raised(demonstration, catalogue)
    (alarm,) = [one for one in alarms if one.device == outage["device"]]
    first = date.fromisoformat(outage["first_day"])
    assert (alarm.kind, alarm.began) == ("silence", first)
    assert alarm.seen - first < timedelta(3)
    assert len(alarms) <= 2, "the demonstration has some eighteen devices, and no other change"


@pytest.mark.parametrize("kind", ["marks", "waits", "more", "fewer"])
def test_of_few_people_an_owner_is_told_no_size(catalogue, kind):
    days = date(2026, 9, 1), date(2026, 9, 4)
    few, many = (Alarm(DEVICE, "legifrance", kind, *days, -0.42, n, days[1]) for n in (10, 11))
    assert "4" not in watch.alarm_sentence(few, catalogue).replace("septembre 2026", "")
    assert any(size in watch.alarm_sentence(many, catalogue) for size in ("0,4 point", "42"))


DAYS = date(2026, 9, 1), date(2026, 9, 4)
UNTIL = date(2026, 9, 30)
ALARMS = [
    Alarm("jdma-legifrance", "legifrance", "marks", *DAYS, -0.61, 400, UNTIL),
    Alarm("matomo-legifrance", "legifrance", "silence", *DAYS, -1.0, 0, UNTIL),
    Alarm("appels-3939-tranches", "allo-service-public", "waits", *DAYS, 0.5, 900, UNTIL),
]


def test_each_owner_gets_one_mail_with_its_alarms_and_no_others(catalogue, tmp_path):
    paths = watch.send_alarms(ALARMS, catalogue, tmp_path / "mails", False)
    names = ["information-legale_2026-09-04.eml", "relation-usagers_2026-09-04.eml"]
    assert [path.name for path in paths] == names
    letters = [path.read_bytes() for path in paths]
    law, calls = (email.message_from_bytes(one, policy=email.policy.default) for one in letters)
    assert law["To"] == catalogue.departments["information-legale"].mail
    text = law.get_content().replace("\N{NO-BREAK SPACE}", " ").replace("’", "'")
    assert text.count("\n- ") == 2 and "0,6 point" in text and "plus rien n'arrive" in text
    assert catalogue.departments["information-legale"].contact in text
    assert "on attend plus longtemps" in calls.get_content()


def test_a_mail_that_waits_to_be_sent_is_not_lost_to_a_later_one_of_that_day(catalogue, tmp_path):
    law = [watch.send_alarms([alarm], catalogue, tmp_path, False) for alarm in ALARMS[:2]]
    again = watch.send_alarms(ALARMS[:1], catalogue, tmp_path, False)
    names = ["information-legale_2026-09-04.eml", "information-legale_2026-09-04-1.eml"]
    assert [path.name for (path,) in law] == names
    assert again == law[0] and "note de satisfaction" in law[0][0].read_text("utf-8")


def test_nothing_is_sent_unasked_or_without_a_webhook(catalogue, tmp_path, standin, monkeypatch):
    assert watch.send_alarms(ALARMS, catalogue, None, False) == []
    monkeypatch.delenv("OBSERV_WEBHOOK_URL", raising=False)
    with pytest.raises(UsageError, match="OBSERV_WEBHOOK_URL: not set"):
        watch.send_alarms(ALARMS, catalogue, None, True)
    assert standin.asked == []


def test_every_department_without_a_mailbox_is_told_before_any_mail_is_written(catalogue, tmp_path):
    named = catalogue.departments.items()
    bare = {name: one.model_copy(update={"mail": None}) for name, one in named}
    known = catalogue.model_copy(update={"departments": bare})
    with pytest.raises(ObservError) as error:
        watch.send_alarms(ALARMS, known, tmp_path / "mails", False)
    assert [line.split(":")[0] for line in error.value.problems] == [
        "department 'information-legale'",
        "department 'relation-usagers'",
    ]
    assert not (tmp_path / "mails").exists()


def test_the_webhook_gets_what_chat_tools_show_and_programs_read(catalogue, standin, monkeypatch):
    standin.answer = lambda asked: Reply(b"ok")
    monkeypatch.setenv("OBSERV_WEBHOOK_URL", f"{standin.url}/hooks/secret")
    watch.send_alarms(ALARMS, catalogue, None, True)
    (asked,) = standin.asked
    told = json.loads(asked.body)
    assert asked.path == "/hooks/secret" and asked.headers["Content-Type"] == "application/json"
    assert len(told["text"].splitlines()) == len(told["alarms"]) == 3
    assert told["alarms"][0]["owner"] == "information-legale"
    standin.answer = lambda asked: Reply(b"", 403)  # a refusal is one line without the secret
    with pytest.raises(ObservError, match="status 403; check OBSERV_WEBHOOK_URL") as error:
        watch.send_alarms(ALARMS, catalogue, None, True)
    assert "secret" not in str(error.value)


def test_an_alarm_is_told_once_and_what_was_watched_is_remembered(tmp_path):
    old = ALARMS[0]._replace(seen=date(2026, 8, 30))
    assert watch.unheard([old, *ALARMS], {}) == ALARMS
    told = {alarm.series: UNTIL for alarm in ALARMS}
    assert watch.unheard(ALARMS, told) == []
    later = ALARMS[1]._replace(seen=date(2026, 10, 2))
    assert watch.unheard([*ALARMS, later], told) == [later]
    # a damaged memory is one line
    assert watch.watched_until(tmp_path) == {}
    watch.remember(tmp_path, {"a/b/marks": UNTIL})
    assert watch.watched_until(tmp_path) == {"a/b/marks": UNTIL}
    (tmp_path / "watched.json").write_text('{"a": 3}', encoding="utf-8")
    with pytest.raises(ObservError, match="delete it"):
        watch.watched_until(tmp_path)


@pytest.mark.parametrize("label", [
    "=?utf-8?q?=0D=0ABcc:=20a@exemple.invalid?=", "=?utf-8?b?DQpCY2M6IGFAZXhlbXBsZS5pbnZhbGlk?=",
    "Droit\r\nBcc: a@exemple.invalid", "Droit\u2028Bcc: a@exemple.invalid",
    "Droit =?utf-8?q?=3D=3Futf-8=3Fq=3F=0D=0ABcc=3A_a=40exemple=2Einvalid=3F=3D?=",
])  # fmt: skip
def test_no_label_adds_a_header_to_a_mail_even_where_no_check_saw_it(catalogue, tmp_path, label):
    law = catalogue.departments["information-legale"].model_copy(update={"label": label})
    known = catalogue.model_copy(update={"departments": {**catalogue.departments, law.id: law}})
    (path,) = watch.send_alarms(ALARMS[:2], known, tmp_path, False)
    plain = sorted(email.message_from_bytes(watch.letter(law, ALARMS[:2], catalogue)).keys())
    for policy in (email.policy.default, email.policy.compat32):
        mail = email.message_from_bytes(path.read_bytes(), policy=policy)
        assert sorted(mail.keys()) == plain and "Bcc" not in mail
        again = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
        assert "Bcc" not in again and "\n" not in again["Subject"]
