"""How times are written, how far apart they are, and how they go on."""

from __future__ import annotations

from datetime import datetime

import pytest

from recurra.data.steps import find_step, next_times, step_named
from recurra.data.times import Form, Moment, forms_of, is_time


def read(form: Form, times: list[str]) -> list[Moment]:
    return [moment for text in times if (moment := form.read(text)) is not None]


@pytest.mark.parametrize(
    ("times", "step", "following"),
    [
        ("2024-02-27|2024-02-28|2024-02-29", "1 day", "2024-03-01|2024-03-02"),
        ("2024-01-31|2024-02-29|2024-03-31", "1 month", "2024-04-30|2024-05-31"),
        ("2020-02-29|2021-02-28|2022-02-28", "1 year", "2023-02-28|2024-02-29"),
        ("2023-10|2023-11|2023-12", "1 month", "2024-01|2024-02"),
        ("2023Z|2024Z|2025Z", "", "+1|+2"),
        ("1998|1999|2000", "1 year", "2001|2002"),
        ("6|8|10", "2", "12|14"),
        ("0.0|0.5|1.0", "0.5", "1.5|2.0"),
        ("-0.2|-0.1|0.0", "0.1", "0.1|0.2"),
        ("20240129|20240130|20240131", "1 day", "20240201|20240202"),
        ("202311|202312|202401", "1 month", "202402|202403"),
        ("2024123122|2024123123|2025010100", "1 hour", "2025010101|2025010102"),
        ("2024-01-01T22:00|2024-01-01T23:00|2024-01-02T00:00", "1 hour", "2024-01-02T01:00|2024-01-02T02:00"),
        ("2024-01-01 18:00|2024-01-02|2024-01-02 06:00", "6 hours", "2024-01-02 12:00|2024-01-02 18:00"),
        ("2024-01-03|2024-01-04|2024-01-05|2024-01-08", "1 business day", "2024-01-09|2024-01-10"),
        ("30.12.2023|31.12.2023|01.01.2024", "1 day", "02.01.2024|03.01.2024"),
        ("12/30/2023|12/31/2023|1/1/2024", "1 day", "1/2/2024|1/3/2024"),
        ("1/31/24 10:45 PM|1/31/24 11:30 PM|2/1/24 12:15 AM", "45 minutes", "2/1/24 1:00 AM|2/1/24 1:45 AM"),
        ("Fri, 29 Dec 2023 00:00:00 +0000|Sat, 30 Dec 2023 00:00:00 +0000|Sun, 31 Dec 2023 00:00:00 +0000", "1 day",
         "Mon, 01 Jan 2024 00:00:00 +0000|Tue, 02 Jan 2024 00:00:00 +0000"),
        ("30-DEC-2023|31-DEC-2023|01-JAN-2024", "1 day", "02-JAN-2024|03-JAN-2024"),
        ("Dec 30, 2023|Dec 31, 2023|Jan 1, 2024", "1 day", "Jan 2, 2024|Jan 3, 2024"),
        ("Mar 2021|Apr 2021|May 2021", "1 month", "Jun 2021|Jul 2021"),
        ("March 2021|April 2021|May 2021", "1 month", "June 2021|July 2021"),
        ("mar-21|apr-21|may-21", "1 month", "jun-21|jul-21"),
        ("2023M11|2023M12|2024M1", "1 month", "2024M2|2024M3"),
        ("11/2023|12/2023|01/2024", "1 month", "02/2024|03/2024"),
        ("2021Q3|2021Q4|2022Q1", "1 quarter", "2022Q2|2022Q3"),
        ("2021-Q3|2021-Q4|2022-Q1", "1 quarter", "2022-Q2|2022-Q3"),
        ("Q3 2021|Q4 2021|Q1 2022", "1 quarter", "Q2 2022|Q3 2022"),
        ("2020-W52|2020-W53|2021-W01", "1 week", "2021-W02|2021-W03"),
        ("2021-01-01|2021-01-15|2021-01-29", "2 weeks", "2021-02-12|2021-02-26"),
        ("1609459200|1609462800|1609466400", "1 hour", "1609470000|1609473600"),
        ("1609459200000|1609545600000|1609632000000", "1 day", "1609718400000|1609804800000"),
        ("1640995200|1643673600|1646092800", "1 month", "1648771200|1651363200"),
        # clocks are set forward on 28 March: days by the calendar, hours by UTC
        ("2021-03-27T00:00+01:00|2021-03-28T00:00+01:00|2021-03-29T00:00+02:00", "1 day",
         "2021-03-30T00:00+02:00|2021-03-31T00:00+02:00"),
        ("2021-03-28T00:00+01:00|2021-03-28T01:00+01:00|2021-03-28T03:00+02:00", "1 hour",
         "2021-03-28T04:00+02:00|2021-03-28T05:00+02:00"),
        ("2024-03-30 23:00 Europe/Berlin|2024-03-31 00:00 Europe/Berlin|2024-03-31 01:00 Europe/Berlin", "1 hour",
         "2024-03-31 03:00 Europe/Berlin|2024-03-31 04:00 Europe/Berlin"),
        ("2024-03-29T12:00+01:00[Europe/Berlin]|2024-03-30T12:00+01:00[Europe/Berlin]|2024-03-31T12:00+02:00[Europe/Berlin]",
         "1 day", "2024-04-01T12:00+02:00[Europe/Berlin]|2024-04-02T12:00+02:00[Europe/Berlin]"),
        ("2024-03-31 01:00:00 CET|2024-03-31 03:00:00 CEST|2024-03-31 04:00:00 CEST", "1 hour",
         "2024-03-31 05:00:00 CEST|2024-03-31 06:00:00 CEST"),
        ("1/31/2024 10:00 PM EST|1/31/2024 11:00 PM EST|2/1/2024 12:00 AM EST", "1 hour",
         "2/1/2024 1:00 AM EST|2/1/2024 2:00 AM EST"),
        ("Thu Feb 29 10:00:00 CET 2024|Fri Mar  1 10:00:00 CET 2024|Sat Mar  2 10:00:00 CET 2024", "1 day",
         "Sun Mar  3 10:00:00 CET 2024|Mon Mar  4 10:00:00 CET 2024"),
        ("29/Feb/2024:22:00:00 +0100|29/Feb/2024:23:00:00 +0100|01/Mar/2024:00:00:00 +0100", "1 hour",
         "01/Mar/2024:01:00:00 +0100|01/Mar/2024:02:00:00 +0100"),
        ("2024-03-01 10:00 UTC+1|2024-03-01 11:00 UTC+1|2024-03-01 12:00 UTC+1", "1 hour",
         "2024-03-01 13:00 UTC+1|2024-03-01 14:00 UTC+1"),
        ("1957|1957.25|1957.5|1957.75|1958", "1 quarter", "1958.25|1958.5"),
        ("1949.833|1949.917|1950.000", "1 month", "1950.083|1950.167"),
        ("1949.83333333333|1949.91666666667|1950", "1 month", "1950.08333333333|1950.16666666667"),
        ("1958.2027|1958.2877|1958.3699", "1 month", "1958.4583|1958.5417"),  # the middles of months, by days
        ("1871.04|1871.13|1871.21", "1 month", "1871.29|1871.38"),
        ("1871.08|1871.09|1871.1|1871.11|1871.12", "1 month", "1872.01|1872.02"),  # numbers of months
        ("1957.2|1957.3|1957.4|1958.1", "1 quarter", "1958.2|1958.3"),
        ("1700.5|1701.5|1702.5", "1 year", "1703.5|1704.5"),
        ("1600.1|1600.2|1600.3|1600.4|1600.5", "0.1", "1600.6|1600.7"),
        ("2024-01-01|2024-01-03|2024-01-04", "1 day", "2024-01-05|2024-01-06"),  # one is missing
        ("1|2|4", "1", "5|6"),
        ("2024-01-01|2024-01-08|2024-03-04", "", "+1|+2"),  # more is missing than there is
        ("2024-01-01 10:00|2024-01-02 11:13|2024-01-04 07:51", "", "+1|+2"),
        ("2024-01-01|2024-01-02", "", "+1|+2"),  # too few
        ("9999-12-29|9999-12-30|9999-12-31", "1 day", "+1|+2"),  # the calendar has an end
    ],
)  # fmt: skip
def test_times_go_on(times: str, step: str, following: str) -> None:
    texts = times.split("|")
    forms = forms_of(texts)
    found = find_step([read(forms[0], texts)]) if forms else None
    assert ("" if found is None else str(found)) == step
    assert found is None or step_named(step) == found
    assert next_times(texts, 2, found) == following.split("|")


def test_a_form_is_told_from_the_whole_column() -> None:
    (form,) = forms_of(["03/04/2021", "04/04/2021", "13/04/2021"])
    assert form.read("03/04/2021") == form.read("3/4/2021")
    assert read(form, ["03/04/2021"])[0].wall == datetime(2021, 4, 3)
    (form,) = forms_of(["03/04/2021", "04/04/2021", "04/13/2021"])
    assert read(form, ["03/04/2021"])[0].wall == datetime(2021, 3, 4)
    both = ["03/04/2021", "04/04/2021"]
    assert [form.order for form in forms_of(both)] == ["day-first", "month-first"]
    assert [form.order for form in forms_of(both, "month-first")] == ["month-first"]


def test_moments_are_ordered_by_utc() -> None:
    texts = ["2021-01-01 12:00+02:00", "2021-01-01T11:00:00Z", "2021-01-01 10:00-0130"]
    (form,) = forms_of(texts)
    at = [moment.at for moment in read(form, texts)]
    assert at == sorted(at)
    assert at[1] - at[0] == 3600 * 10**6
    assert at[2] - at[1] == 1800 * 10**6


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-31 02:30 Europe/Berlin",
        "2024-03-31 01:30 Europe/Nowhere",
        "2021-01-01 10:00 IDT",
        "2021-02-30",
        "2021-13-01",
        "25:00",
        "2021-01-01 24:01",
        "13:00 PM",
        "spring",
        "",
        "?",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert not is_time(text)


@pytest.mark.parametrize("text", ["1 fortnight", "day", "0", "0 days", "1.5 days", "", "+1"])
def test_what_is_no_step(text: str) -> None:
    assert step_named(text) is None


def test_midnight_at_the_end_of_a_day() -> None:
    (form,) = forms_of(["2021-01-01 23:00", "2021-01-01 24:00"])
    assert form.read("2021-01-01 24:00") == form.read("2021-01-02 00:00")


def test_the_hour_that_clocks_show_twice() -> None:
    (form,) = forms_of(["2024-10-27 02:00 Europe/Berlin"])
    first = form.read("2024-10-27 02:00 Europe/Berlin")
    after = form.read("2024-10-27 03:00 Europe/Berlin")
    assert first is not None
    assert after is not None
    assert first.again().at - first.at == after.at - first.again().at == 3600 * 10**6
    assert after.again() == after
    once = forms_of(["2024-10-27 02:00"])[0].read("2024-10-27 02:00")
    assert once is not None
    assert once.again() == once
