import logging
from datetime import date, timedelta

import pytest

from ingestion.wechat.errors import NotReadyError
from ingestion.wechat.statistics import MINI_PROGRAM, OFFICIAL_ACCOUNT, Task, tasks_of
from warehouse.errors import Fatal, PipelineError

from .conftest import TODAY, Puller

YESTERDAY = TODAY - timedelta(days=1)
PORTRAIT = "datacube/getweanalysisappiduserportrait"
RETENTION = "datacube/getweanalysisappiddailyretaininfo"


def spans(day: date, endpoint: str, yesterday: date = date(2027, 1, 1)) -> list[tuple[str, str]]:
    tasks = tasks_of(MINI_PROGRAM, day, yesterday)
    return [(str(t.begin), str(t.end)) for t in tasks if t.statistic.endpoint == endpoint]


def test_weeks_run_from_monday_to_sunday_and_are_due_on_sundays():
    weekly = "getweanalysisappidweeklyvisittrend"
    assert spans(date(2026, 11, 22), weekly) == [("2026-11-16", "2026-11-22")]
    assert spans(date(2026, 11, 23), weekly) == []


@pytest.mark.parametrize(
    ("day", "span"),
    [
        (date(2026, 11, 30), [("2026-11-01", "2026-11-30")]),
        (date(2028, 2, 29), [("2028-02-01", "2028-02-29")]),
        (date(2028, 2, 28), []),
        (date(2026, 12, 31), [("2026-12-01", "2026-12-31")]),
    ],
)
def test_months_are_due_on_their_last_day(day: date, span: list[tuple[str, str]]):
    assert spans(day, "getweanalysisappidmonthlyvisittrend") == span


def test_portraits_are_due_for_yesterday_only_and_over_three_windows():
    portrait = "getweanalysisappiduserportrait"
    assert spans(YESTERDAY, portrait, YESTERDAY) == [
        ("2026-11-19", "2026-11-19"), ("2026-11-13", "2026-11-19"), ("2026-10-21", "2026-11-19")
    ]  # fmt: skip
    assert spans(YESTERDAY - timedelta(days=1), portrait, YESTERDAY) == []


def test_cohorts_are_asked_for_again_when_their_retention_has_a_new_figure():
    ends = [end for _, end in spans(YESTERDAY, "getweanalysisappiddailyretaininfo")]
    days_before = [(YESTERDAY - date.fromisoformat(end)).days for end in ends]
    assert days_before == [0, 1, 2, 3, 4, 5, 6, 7, 14, 30]


def test_no_unmaintained_endpoint_is_used():
    unmaintained = {"getarticlesummary", "getarticletotal", "getuserread", "getuserreadhour",
                    "getusershare", "getusersharehour"}  # fmt: skip
    assert not unmaintained & {each.endpoint for each in OFFICIAL_ACCOUNT}


def test_no_two_tasks_of_a_day_ask_the_same():
    for offset in range(400):
        day = date(2027, 3, 1) + timedelta(days=offset)
        tasks: list[Task] = list(tasks_of(MINI_PROGRAM + OFFICIAL_ACCOUNT, day, day))
        assert len({(t.statistic.endpoint, t.begin, t.end) for t in tasks}) == len(tasks)


def test_each_platform_is_asked_in_its_own_date_format(puller: Puller):
    puller.pull("statistics", "mini_program")
    puller.pull("statistics")
    mini = {each["requested"]["begin_date"] for each in puller.records("analytics")}
    assert "20261119" in mini
    official = [each["requested"] for each in puller.records("statistics")]
    assert {"begin_date": "2026-11-19", "end_date": "2026-11-19"} in official
    name = "getusersummary-wx00000000000000b1-2026-11-19-2026-11-19.jsonl"
    assert f"official_account/statistics/2026-11-20/{name}" in puller.files()


def test_a_past_day_is_pulled_on_request(puller: Puller):
    puller.pull("statistics", day=date(2026, 10, 1))
    assert {each["requested"]["end_date"] for each in puller.records("statistics")} == {
        "2026-10-01", "2026-09-30", "2026-09-29", "2026-09-28"
    }  # fmt: skip


def test_figures_that_are_not_ready_hold_up_no_others_and_are_asked_for_again(puller: Puller):
    puller.fake.faults["datacube/getusersummary"] = ["61503"]
    with pytest.raises(NotReadyError, match="getusersummary"):
        puller.pull("statistics")
    landed = len(puller.files())
    counts = puller.pull("statistics")
    assert counts == {"pulled": 1, "present": landed, "missed": 0}


def test_a_portrait_that_cannot_be_had_any_more_is_told(
    puller: Puller, caplog: pytest.LogCaptureFixture
):
    puller.fake.faults[PORTRAIT] = ["61501"]
    with caplog.at_level(logging.WARNING):
        assert puller.pull("statistics", "mini_program")["missed"] == 1
    assert "1 days of figures are lost" in caplog.text


def test_days_without_a_pull_are_told(puller: Puller, caplog: pytest.LogCaptureFixture):
    assert puller.pull("statistics", "mini_program")["missed"] == 0
    assert puller.pull("statistics", "mini_program")["missed"] == 0
    puller.time.now_seconds += 86_400
    assert puller.pull("statistics", "mini_program")["missed"] == 0
    puller.time.now_seconds += 4 * 86_400
    assert puller.pull("statistics", "mini_program")["missed"] == 3
    assert "3 days of figures are lost" in caplog.text


def test_tags_and_customers_land(puller: Puller):
    assert puller.pull("tags") == {"tags": 1}
    assert puller.records("tags")[0]["reply"]["tags"][0]["name"] == "会员"
    puller.fake.staff = {f"guide{n:03}": [f"wm{n:03}-{m:03}" for m in range(7)] for n in range(130)}
    assert puller.pull("contacts", "wecom") == {"contact_pages": 10}
    assert len(contacts(puller)) == len(set(contacts(puller))) == 910


def contacts(puller: Puller) -> list[str]:
    return [
        each["external_contact"]["external_userid"]
        for record in puller.records("wecom_contacts")
        for each in record["reply"]["external_contact_list"]
    ]


@pytest.mark.parametrize("pages", range(1, 10))
def test_customers_go_on_where_they_broke_off(puller: Puller, pages: int):
    puller.fake.staff = {f"guide{n:03}": [f"wm{n:03}-{m:03}" for m in range(7)] for n in range(130)}
    endpoint = "cgi-bin/externalcontact/batch/get_by_user"
    puller.fake.faults[endpoint] = [*[""] * pages, "45009"]
    with pytest.raises(Fatal):
        puller.pull("contacts", "wecom")
    puller.pull("contacts", "wecom")
    assert len(contacts(puller)) == len(set(contacts(puller))) == 910


@pytest.mark.parametrize(("code", "advice"), [(48001, "permission"), (40164, "IP allow list")])
def test_a_code_that_a_person_has_to_mend_says_how(puller: Puller, code: int, advice: str):
    puller.fake.faults["cgi-bin/tags/get"] = [str(code)]
    with pytest.raises(Fatal, match=advice):
        puller.pull("tags")


def test_an_account_has_only_the_pulls_of_its_kind(puller: Puller):
    with pytest.raises(PipelineError, match="no pull of followers"):
        puller.pull("followers", "mini_program")
