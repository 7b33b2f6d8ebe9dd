"""Findings of contacts: what is said of calls and desks is what the estimates say."""

from typing import Any

import pandas as pd
from tests.plain_french import faults
from tests.words import plain

from observlib import estimates
from observlib.indicators import pairs
from observlib.indicators import pairs as changes
from observlib.themes.contacts import sentences as contacts

NOW, BEFORE = "2026-T3", "2025-T3"
PHONE = {"product": "allo-service-public", "channel": "phone", "device": "appels-3939-tranches"}
DESK = {"product": "legifrance", "channel": "mail", "device": "courriels-legifrance"}


def made(*rows: dict[str, Any], **common: Any) -> pd.DataFrame:
    return estimates.make([{"period": NOW, **common, **row} for row in rows])


def rate(value: float, period: str = NOW, **more: Any) -> dict[str, Any]:
    row = {**PHONE, "indicator": "answer_rate", "unit": "%", "n": 900, "period": period}
    return {**row, "estimate": value, **more}


def delay(value: float, **more: Any) -> dict[str, Any]:
    row = {**DESK, "indicator": "first_answer_median", "unit": "jours", "n": 90}
    return {**row, "estimate": value, **more}


def test_the_answer_rate_is_told_with_its_calls_and_a_year_before(catalogue):
    calls = {**PHONE, "indicator": "calls_offered", "unit": "appels", "estimate": 9000, "n": 9000}
    said = contacts.answer_rates(made(rate(86), rate(71, BEFORE), calls), catalogue, NOW, BEFORE)
    assert plain(said) == (
        "Au 3e trimestre 2026, on a décroché 86 % des 9 000 appels (3939 Allô Service Public). "
        "Un an avant, c'était 71 %."
    )


def test_a_share_as_a_year_before_is_told_so_and_a_worse_quarter_is_named(catalogue):
    frame = made(rate(86), rate(86, BEFORE), rate(71, "2025-T4"))
    assert plain(contacts.answer_rates(frame, catalogue, NOW, BEFORE, by="channel")) == (
        "Au 3e trimestre 2026, on a décroché 86 % des appels. C'est autant qu'un an avant. "
        "Le plus bas est de 71 %, au 4e trimestre 2025."
    )


def test_a_quarter_that_is_not_whole_is_not_told_as_if_it_were(catalogue):
    said = contacts.answer_rates(made(rate(86, status="partial")), catalogue, NOW, BEFORE)
    assert "aucun comptage complet" in said
    for none in (made(), made(rate(86, status="missing") | {"estimate": None, "n": None})):
        said = contacts.answer_rates(none, catalogue, NOW, BEFORE)
        assert plain(said) == "Au 3e trimestre 2026, aucun comptage d'appels n'est connu."
    assert "71 %" not in contacts.answer_rates(
        made(rate(86), rate(71, BEFORE, status="partial")), catalogue, NOW, BEFORE
    )


def test_the_lowest_quarter_is_named(catalogue):
    frame = made(rate(86), rate(71, "2025-T4"), rate(84, BEFORE))
    assert plain(contacts.lowest_answer_rate(frame, catalogue)) == (
        "Au plus bas, on a décroché 71 % des appels au 4e trimestre 2025 (3939 Allô Service "
        "Public)."
    )
    assert contacts.lowest_answer_rate(made(rate(86)), catalogue) == "Part des appels décrochés."


def lines(catalogue: Any, values: list[float], **more: Any) -> pd.DataFrame:
    """An answer rate of each of the first products of the catalogue, each of a line of its own."""
    products = list(catalogue.products)[: len(values)]
    of_each = zip(products, values, strict=True)
    return made(*(rate(x, product=one, device=f"appels-{one}", **more) for one, x in of_each))


def test_of_six_lines_only_the_ends_are_told_and_named_with_all_that_read_alike(catalogue):
    now, then = [86.0, 71.2, 90, 71.4, 88, 87], [80.0, 75, 70, 81, 82, 83]
    frame = pd.concat([lines(catalogue, now), lines(catalogue, then, period=BEFORE)])
    names = [catalogue.label(one) for one in catalogue.products]
    said = contacts.answer_rates(frame, catalogue, NOW, BEFORE)
    assert plain(said) == (
        "Au 3e trimestre 2026, la part des appels décrochés est connue sur six lignes. "
        f"La plus basse est de 71 % ({names[1]} et {names[3]}). "
        f"La plus haute est de 90 % ({names[2]}). Un an avant, c'était de 70 à 83 %."
    )
    assert not [fault for one in said.split(". ") for fault in faults(one)]
    five = contacts.answer_rates(lines(catalogue, now[:5]), catalogue, NOW, BEFORE)
    assert five.count("on a décroché") == 5


def test_lines_that_answer_alike_are_told_at_once_and_no_year_before_of_only_some(catalogue):
    now, then = lines(catalogue, [86.0] * 6), lines(catalogue, [86.0] * 6, period=BEFORE)
    alike = "Au 3e trimestre 2026, on a décroché 86 % des appels sur chacune des six lignes."
    said = contacts.answer_rates(pd.concat([now, then]), catalogue, NOW, BEFORE)
    assert plain(said) == f"{alike} C'est autant qu'un an avant."
    said = contacts.answer_rates(pd.concat([now, then[:5]]), catalogue, NOW, BEFORE)
    assert plain(said) == alike
    lower = then.assign(estimate=80.0)
    said = contacts.answer_rates(pd.concat([now, lower]), catalogue, NOW, BEFORE)
    assert plain(said) == f"{alike} Un an avant, c'était 80 %."


def test_of_six_lines_the_caption_names_the_lowest_quarter_of_all(catalogue):
    frame = pd.concat(
        [lines(catalogue, [86.0] * 6), lines(catalogue, [80.0, 72, 70, 81, 82, 83], period=BEFORE)]
    )
    lowest = catalogue.label(list(catalogue.products)[2])
    assert plain(contacts.lowest_answer_rate(frame, catalogue)) == (
        f"Au plus bas, on a décroché 70 % des appels au 3e trimestre 2025 ({lowest})."
    )


def test_of_six_lines_the_shortest_and_the_longest_waits_are_told_and_no_line_is_named(catalogue):
    half = lines(catalogue, [38.0, 47, 40, 41, 42, 43]).assign(indicator="wait_median", unit="s")
    most = half.assign(indicator="wait_p90", estimate=271.0)
    said = contacts.waiting_times(pd.concat([half, most]), catalogue, NOW)
    assert plain(said) == (
        "Sur la ligne la plus rapide, un appel décroché sur deux attend au plus 38 s. Sur la plus "
        "lente, c'est 47 s. Sur chaque ligne, neuf sur dix attendent au plus 4 min 31 s."
    )
    assert not [fault for one in said.split(". ") for fault in faults(one)]
    alone = contacts.waiting_times(half, catalogue, NOW)
    assert said.startswith(alone) and "neuf sur dix" not in alone


def test_waits_are_told_for_half_and_for_nine_in_ten(catalogue):
    row = {**PHONE, "unit": "s", "n": 400}
    frame = made(
        {**row, "indicator": "wait_median", "estimate": 40, "ci_low": 37, "ci_high": 46},
        {**row, "indicator": "wait_p90", "estimate": 290, "ci_low": 240, "ci_high": 350},
    )
    assert plain(contacts.waiting_times(frame, catalogue, NOW)) == (
        "Un appel décroché sur deux attend au plus 40 s, neuf sur dix au plus 4 min 50 s."
    )
    assert plain(contacts.waiting_times(frame.head(1), catalogue, NOW)) == (
        "Un appel décroché sur deux attend au plus 40 s."
    )
    assert contacts.waiting_times(frame[:0], catalogue, NOW) == ""


def promise(value: float, **more: Any) -> dict[str, Any]:
    row = {**DESK, "indicator": "answered_in_promise", "unit": "%", "n": 90, "estimate": value}
    return row | more


def test_promises_of_different_delays_are_told_with_them_and_no_desk_is_last(catalogue):
    shop = {"product": "documentation-francaise", "device": "courriels-boutique"}
    low = promise(50, **shop, n=19, status="low_base")
    other = promise(74, product="entreprendre", device="formulaires-entreprendre", n=200)
    assert plain(contacts.answered_in_promise(made(promise(93), low, other), catalogue, NOW)) == (
        "Au 3e trimestre 2026, de 74 à 93 % des messages ont, selon le service, une première "
        "réponse dans le délai promis. Ce délai va de 3 à 5 jours."
    )
    alone = plain(contacts.answered_in_promise(made(promise(93)), catalogue, NOW, by="channel"))
    start = "Au 3e trimestre 2026, 93 % des messages ont une première réponse dans le délai promis."
    assert alone == f"{start} Ce délai est de 5 jours."
    unknown = made(promise(93, device="invented"))
    said = contacts.answered_in_promise(unknown, catalogue, NOW, by="channel")
    assert plain(said) == start
    assert contacts.answered_in_promise(made(low), catalogue, NOW) == ""


def test_the_promise_of_each_desk_is_told_and_phones_promise_nothing(catalogue):
    other = promise(74, product="entreprendre", device="formulaires-entreprendre")
    assert plain(contacts.promised_delays(made(promise(93), other, rate(86)), catalogue)) == (
        "Délai promis d'une première réponse, week-ends compris : 3 jours (Formulaires "
        "Entreprendre) ; 5 jours (Courriels Légifrance)."
    )
    assert contacts.promised_delays(made(rate(86)), catalogue) == ""


def test_of_six_desks_the_most_and_the_fewest_messages_that_wait_are_told(catalogue):
    waiting = lines(catalogue, [45.0, 15, 20, 15, 22, 23], unit="messages", n=None)
    waiting["indicator"] = "tickets_open"
    names = [catalogue.label(one) for one in catalogue.products]
    said = contacts.backlog(waiting, catalogue, NOW, BEFORE)
    assert plain(said) == (
        "À la fin du trimestre, le nombre de messages sans réponse est connu de six dispositifs. "
        f"Le plus bas est de 15 messages ({names[1]} et {names[3]}). "
        f"Le plus haut est de 45 messages ({names[0]})."
    )
    alike = contacts.backlog(waiting.assign(estimate=15.0), catalogue, NOW, BEFORE)
    assert "chacun des six dispositifs laisse 15 messages" in plain(alike)


def test_of_six_desks_the_delays_they_promise_are_told_from_the_least_to_the_most(catalogue):
    desk = catalogue.devices["courriels-legifrance"]
    desks = {f"d{days}-{n}": days for days, many in ((3, 4), (5, 2)) for n in range(many)}
    known = catalogue.model_copy(
        update={
            "devices": {d: desk.model_copy(update={"promise_days": x}) for d, x in desks.items()}
        }
    )
    frame = made(*(promise(93, device=device) for device in desks))
    start = "Délai promis d'une première réponse, week-ends compris : "
    assert plain(contacts.promised_delays(frame, known)) == (
        f"{start}de 3 à 5 jours (six dispositifs)."
    )
    alike = {
        one: device.model_copy(update={"promise_days": 5}) for one, device in known.devices.items()
    }
    known = known.model_copy(update={"devices": alike})
    said = contacts.promised_delays(frame, known)
    assert plain(said) == f"{start}5 jours (six dispositifs)."


def test_a_log_of_some_calls_is_told_beside_the_count_of_all(catalogue):
    offered = {**PHONE, "indicator": "calls_offered", "unit": "appels", "estimate": 38_056}
    wait = {**PHONE, "indicator": "wait_median", "unit": "s", "estimate": 40, "n": 958}
    some = made(offered, {**wait, "device": "appels-3939-journal"})
    assert plain(contacts.calls_in_log(some, catalogue)) == (
        "Le journal des appels dit l'attente de 958 appels décrochés, pour 38 056 appels reçus."
    )
    assert contacts.calls_in_log(made({**offered, "estimate": 958}, wait), catalogue) == ""


def test_the_busiest_and_the_quietest_hours_are_told(catalogue):
    row = {**PHONE, "indicator": "calls_an_hour", "unit": "appels", "n": 300}
    frame = made(
        {**row, "group": "hour", "group_value": "9\xa0h", "estimate": 50},
        {**row, "group": "hour", "group_value": "10\xa0h", "estimate": 80},
        {**row, "group": "weekday_hour", "group_value": "lundi · 10\xa0h", "estimate": 100},
    )
    said = plain(contacts.peak_hours(frame, catalogue, NOW))
    assert said == (
        "Le téléphone sonne le plus à 10 h (80 appels en une heure en moyenne), le moins à 9 h. "
        "Le plus fort moment est le lundi à 10 h (100 appels)."
    )
    assert contacts.peak_hours(frame[:0], catalogue, NOW).endswith("n'est pas connue.")


def theme(name: str, value: float, half: float) -> dict[str, Any]:
    row = {**PHONE, "indicator": "call_theme_share", "unit": "%", "n": 900, "group": "theme"}
    ends = {"ci_low": value - half, "ci_high": value + half}
    return {**row, "group_value": name, "estimate": value, **ends}


def test_a_theme_leads_only_where_chance_could_not_have_put_it_there(catalogue):
    others = theme("Autres", 60, 2)
    clear = made(theme("Logement", 10, 2), theme("Papiers", 30, 2), others)
    ahead = pd.DataFrame({"verdict": ["rise"], "reason": [""]})
    assert plain(contacts.main_topics(clear, ahead, catalogue, NOW)) == (
        "Le motif le plus fréquent est « Papiers » (30 % des appels), devant « Logement » (10 %)."
    )
    near = made(theme("Logement", 28, 2), theme("Papiers", 30, 2), others)
    compared = changes.tested(catalogue, pairs.leading_answer(near))
    assert plain(contacts.main_topics(near, compared, catalogue, NOW)).startswith(
        "Les motifs les plus fréquents sont « Papiers » (30 % des appels) et « Logement » (28 %), "
        "sans qu'on puisse dire lequel l'est le plus. Un écart de moins de "
    )
    alone = made(theme("A", 40, 2), others)
    assert "seul motif" in contacts.main_topics(alone, ahead[:0], catalogue, NOW)

    assert "ne peuvent pas" in contacts.main_topics(near[:0], ahead[:0], catalogue, NOW)


def test_messages_that_wait_are_told_with_a_year_before_where_it_is_known(catalogue):
    row = {**DESK, "indicator": "tickets_open", "unit": "messages", "estimate": 12, "n": 12}
    both = made(row, {**row, "period": BEFORE, "estimate": 20, "n": 20})
    assert plain(contacts.backlog(both, catalogue, NOW, BEFORE)) == (
        "À la fin du trimestre, il reste sans réponse 12 messages (Légifrance). Un an avant, il en "
        "restait 20."
    )
    other = {**row, "device": "formulaires-entreprendre", "product": "entreprendre"}
    half_known = contacts.backlog(made(*both.to_dict("records"), other), catalogue, NOW, BEFORE)
    assert "Un an avant" not in half_known
    assert "Un an avant" not in contacts.backlog(made(row), catalogue, NOW, BEFORE)
    assert "aucun nombre" in contacts.backlog(both[:0], catalogue, NOW, BEFORE)
