"""Subscribers counted into months: who is in the stock, and when no month can be told."""

from datetime import date

import pytest
from tests.formats.test_samples import device

from observlib.base.errors import ObservError
from observlib.loaders import load

MADE = date(2026, 3, 31)


@pytest.fixture
def read(tmp_path, catalogue):
    def loaded(*rows, form="mailchimp_audience", extracted=MADE, zone=None):
        path = tmp_path / "persons.csv"
        path.write_text("OPTIN_TIME,UNSUB_TIME\n" + "\n".join(rows) + "\n", encoding="utf-8")
        plain = catalogue.formats[form].model_copy(
            update={"layout": catalogue.formats["ghost_members"].layout}
        )
        known = catalogue.model_copy(update={"formats": {form: plain}})
        return load(path, device(form, extracted=extracted, zone=zone), known)

    return loaded


def counts(found, month):
    rows = found.rows[found.rows["start"] == f"{month}-01"]
    return [int(rows[name].sum()) for name in ("stock", "joins", "leaves")]


def test_each_month_s_stock_is_the_month_s_before_with_who_came_and_without_who_left(read):
    found = read("2026-01-05 10:00:00,", "2026-02-10 10:00:00,2026-03-01 10:00:00",
                 "2026-03-20 10:00:00,2026-03-21 10:00:00")  # fmt: skip
    assert counts(found, "2026-01") == [1, 1, 0]
    assert counts(found, "2026-02") == [2, 1, 0]
    assert counts(found, "2026-03") == [1, 1, 2]


def test_a_month_begins_in_paris_and_a_file_of_nobody_is_refused(read):
    found = read("2026-01-31 23:30:00,")
    assert found.rows["cohort"].unique().tolist() == ["2026-02"]
    with pytest.raises(ObservError, match="nobody's day of joining can be read"):
        read("hier,", "demain,")


def test_who_left_before_joining_or_has_no_day_is_refused_with_the_row(read):
    found = read("2026-02-10 10:00:00,2026-02-09 10:00:00", ",", "2026-01-05 10:00:00,")
    told = found.rejects[["row", "reason"]].values.tolist()
    assert told[0][0] == 2 and "before the day of joining" in told[0][1]
    assert counts(found, "2026-02") == [1, 0, 0]


def test_the_month_of_the_export_is_told_where_the_device_does_not_say_it(read):
    found = read("2026-01-05 10:00:00,2026-02-03 10:00:00", extracted=None)
    assert "until its latest day, 2026-02-03" in found.notices[0]
    assert found.rows["start"].max().strftime("%Y-%m") == "2026-02"
