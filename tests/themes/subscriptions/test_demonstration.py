"""The demonstration's subscribers: the same bytes always, in each tool's way of writing."""

import csv
import io
import itertools
import zipfile
from pathlib import Path

import pytest

from observlib.themes.subscriptions import demonstration as subscriptions


@pytest.mark.parametrize(
    ("device", "encoding", "start"),
    [
        ("lettre-service-public", "utf-8", "Month,List,Cohort,"),
        ("alertes-legifrance", "utf-16", "Mois\tListe\tAbonnés"),
        ("abonnements-revue", "utf-8-sig", "Mois;Publication;Mois d'inscription;"),
    ],
)
def test_each_tool_writes_its_own_way_and_says_that_it_is_invented(device, encoding, start):
    files, _ = subscriptions.make(device, 1)
    text = files[f"abonnements/{device}_2026-T3.csv"].decode(encoding)
    assert text.startswith(start) and "fictif" in text.replace("ictive", "ictif").casefold()


def test_persons_of_mailchimp_s_archive_are_as_many_as_are_counted_and_nobody():
    files, found = subscriptions.make(subscriptions.MAILCHIMP, 1)
    (content,) = files.values()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        texts = {
            Path(name).name.split("_")[0]: book.read(name).decode() for name in book.namelist()
        }
    rows = {state: list(csv.DictReader(io.StringIO(text))) for state, text in texts.items()}
    people = [person for state in rows.values() for person in state]
    assert all(p["Email Address"].endswith("@exemple.invalid") for p in people)
    assert all(not p["OPTIN_IP"] or p["OPTIN_IP"].startswith("192.0.2.") for p in people)
    counts = [t for t in found["subscriptions"] if t["kind"] == "subscriptions"]
    assert len(rows["subscribed"]) == counts[-1]["stock"]
    assert len(rows["unsubscribed"]) + len(rows["cleaned"]) == sum(t["leaves"] for t in counts)
    for person in (*rows["unsubscribed"], *rows["cleaned"]):
        assert person["CONFIRM_TIME"] < (person.get("UNSUB_TIME") or person["CLEAN_TIME"])


def test_the_true_curve_falls_at_each_yearly_renewal_of_a_review():
    _, found = subscriptions.make("abonnements-revue", 1)
    curve = [t["true_share"] for t in found["subscriptions"] if t["kind"] == "survival"]
    assert curve == sorted(curve, reverse=True) and len(curve) == 25
    falls = [1 - now / then for then, now in itertools.pairwise(curve)]
    assert [months + 1 for months, fall in enumerate(falls) if fall > 0.1] == [12, 24]


def test_stock_joins_and_leaves_agree_from_quarter_to_quarter():
    _, found = subscriptions.make("lettre-vie-publique", 1)
    counts = [t for t in found["subscriptions"] if t["kind"] == "subscriptions"]
    for then, now in itertools.pairwise(counts):
        assert then["stock"] + now["joins"] - now["leaves"] == now["stock"]
