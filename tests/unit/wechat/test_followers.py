from datetime import timedelta

import pytest

from ingestion.wechat import client, work_file
from warehouse.errors import Fatal, Retryable

from .conftest import Puller

LIST = "cgi-bin/user/get"
DETAILS = "cgi-bin/user/info/batchget"


def test_every_follower_lands_as_raw_replies(puller: Puller):
    assert puller.pull("followers") == {"followers": 730, "detail_calls": 9}
    names = list(puller.files())
    assert names == [
        "official_account/follower_ids/2026-11-20/user_get-wx00000000000000b1.jsonl",
        "official_account/followers/2026-11-20/batchget-wx00000000000000b1.jsonl",
    ]
    first = puller.records("follower_ids")[0]
    assert list(first) == ["appid", "endpoint", "requested", "pulled_at", "page", "reply"]
    assert first["endpoint"] == "user/get"
    assert first["pulled_at"] == "2026-11-20T01:00:00+00:00"
    assert (first["page"], first["reply"]["total"]) == (1, 730)
    assert puller.openids() == puller.fake.followers
    assert not list(puller.folder.rglob("*.part"))


def test_what_has_landed_today_is_not_pulled_again_unless_asked_for(puller: Puller):
    puller.pull("followers")
    calls = puller.fake.calls.total()
    assert puller.pull("followers") == {"present": 1}
    assert puller.fake.calls.total() == calls
    assert puller.pull("followers", is_again=True)["followers"] == 730


@pytest.mark.parametrize(
    "faults",
    [
        ["", "same page"],
        ["", "cut", "cut"],
        ["short", "", "short"],
        ["", "-1", "-1", ""],
        ["expired", "", "expired"],
        ["", "45011"],
        ["slow"],
    ],
    ids=" ".join,
)
def test_a_fault_that_heals_loses_and_doubles_nobody(puller: Puller, faults: list[str]):
    puller.fake.faults[LIST] = list(faults)
    puller.fake.faults[DETAILS] = [fault for fault in faults if fault not in {"same page", "short"}]
    puller.pull("followers")
    assert puller.openids() == puller.fake.followers


def test_a_minute_limit_is_waited_out(puller: Puller):
    puller.fake.faults[LIST] = ["45011"]
    puller.pull("followers")
    assert puller.time.waits == [60.0]


def test_a_busy_server_is_asked_again_at_growing_intervals_and_then_left(puller: Puller):
    puller.fake.faults[LIST] = ["-1"] * 5
    with pytest.raises(Retryable, match="busy"):
        puller.pull("followers")
    assert puller.time.waits == [1.0, 2.0, 4.0, 8.0]
    assert puller.pull("followers")["followers"] == 730


@pytest.mark.parametrize("pages", [1, 2])
def test_a_quota_ends_the_pull_and_the_next_run_goes_on_there(puller: Puller, pages: int):
    puller.fake.faults[LIST] = [*[""] * pages, "45009"]
    with pytest.raises(Fatal, match="quota"):
        puller.pull("followers")
    puller.pull("followers")
    assert puller.fake.calls[LIST] == 4
    assert puller.openids() == puller.fake.followers
    assert len({record["pulled_at"] for record in puller.records("followers")}) == 1


@pytest.mark.parametrize("batches", [1, 4, 8])
def test_details_go_on_where_they_broke_off(puller: Puller, batches: int):
    puller.fake.faults[DETAILS] = [*[""] * batches, "45009"]
    with pytest.raises(Fatal, match="quota"):
        puller.pull("followers")
    puller.pull("followers")
    # The last batch before the break is asked for again: it might have been half of one.
    assert puller.fake.calls[DETAILS] == 9 + 1 + 1
    assert list(dict.fromkeys(puller.openids())) == puller.fake.followers


def test_a_crash_in_the_middle_of_a_line_is_cut_off(
    puller: Puller, monkeypatch: pytest.MonkeyPatch
):
    puller.fake.faults[LIST] = ["", "", "45009"]
    with pytest.raises(Fatal):
        puller.pull("followers")
    (draft,) = puller.folder.rglob("*.part")
    draft.write_bytes(draft.read_bytes()[:-20])
    puller.pull("followers")
    assert puller.openids() == puller.fake.followers

    def full(*_: object) -> None:
        raise OSError("disk full")

    puller.time.now_seconds += 86_400
    with monkeypatch.context() as patch:
        patch.setattr(work_file, "land", full)
        with pytest.raises(OSError, match="full"):
            puller.pull("followers")
    assert puller.pull("followers")["followers"] == 730
    newest = [each for each in puller.records("followers") if each["pulled_at"] > "2026-11-21"]
    assert {user["openid"] for each in newest for user in each["reply"]["user_info_list"]} == set(
        puller.fake.followers
    )


def test_followers_who_come_and_go_while_paging_break_nothing(puller: Puller):
    before = set(puller.fake.followers)
    puller.fake.faults[LIST] = ["", "leave", "join"]
    puller.pull("followers")
    stayed = before & set(puller.fake.followers)
    assert stayed <= set(puller.openids())


def test_a_follower_who_leads_to_the_next_page_may_leave(puller: Puller):
    puller.fake.faults[LIST] = ["", "45009"]
    with pytest.raises(Fatal):
        puller.pull("followers")
    puller.fake.followers.remove("oBBBB_fake-000249")
    puller.pull("followers")
    assert set(puller.fake.followers) <= set(puller.openids())


def test_a_list_that_ends_early_is_not_taken_for_the_whole(puller: Puller):
    puller.fake.faults[LIST] = ["", "early end"]
    with pytest.raises(Retryable, match="250 of 730"):
        puller.pull("followers")
    assert puller.files() == {}
    assert puller.pull("followers")["followers"] == 730


def test_an_account_without_followers_is_a_list_of_nobody(puller: Puller):
    puller.fake.followers.clear()
    assert puller.pull("followers") == {"followers": 0, "detail_calls": 0}
    assert puller.records("follower_ids")[0]["reply"]["total"] == 0


def test_an_openid_that_wechat_refuses_is_parted_from_the_others(puller: Puller):
    refused = puller.fake.followers[123]
    puller.fake.refused_openids = {refused}
    puller.pull("followers")
    assert set(puller.fake.followers) - set(puller.openids()) == {refused}
    (lost,) = [each for each in puller.records("followers") if "errcode" in each["reply"]]
    assert lost["requested"]["user_list"][0]["openid"] == refused


@pytest.mark.parametrize(
    ("days", "calls", "begun"), [(1, 2 + 2, "2026-11-20"), (3, 2 + 2, "2026-11-20"),
                                 (4, 2 + 3, "2026-11-24")]
)  # fmt: skip
def test_a_pull_that_met_its_quota_goes_on_the_next_day_and_begins_anew_when_old(
    puller: Puller, days: int, calls: int, begun: str
):
    puller.fake.faults[LIST] = ["", "45009"]
    with pytest.raises(Fatal):
        puller.pull("followers")
    puller.time.now_seconds += timedelta(days=days).total_seconds()
    puller.pull("followers")
    assert puller.fake.calls[LIST] == calls
    assert {record["pulled_at"][:10] for record in puller.records("follower_ids")} == {begun}
    assert {name.split("/")[2] for name in puller.files()} == {begun}
    assert puller.openids() == puller.fake.followers
    if begun == "2026-11-20":
        assert puller.pull("followers")["followers"] == 730


def test_the_pace_stays_below_the_limit_of_a_minute(
    puller: Puller, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "CALLS_PER_MINUTE", 5)
    puller.pull("followers")
    assert len(puller.time.waits) == 2
    assert sum(puller.time.waits) == pytest.approx(120)
