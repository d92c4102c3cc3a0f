import logging
import threading
import time
from pathlib import Path

import pytest

from ingestion.wechat.token import Token, TokenHolder
from tests.fake_wechat import SECRET
from warehouse.errors import Fatal, Retryable

from .conftest import Puller, Time

ASKED = "cgi-bin/stable_token"


def holder(folder: Path, clock: Time, given: list[str], forced: list[bool]) -> TokenHolder:
    def ask(is_forced: bool) -> Token:  # noqa: FBT001 - the signature of a callback
        forced.append(is_forced)
        return Token(given.pop(0) if len(given) > 1 else given[0], clock.now() + 7200)

    return TokenHolder(folder, "wx1", ask, clock.now)


def test_a_token_is_kept_until_shortly_before_its_end(puller: Puller):
    for _ in range(3):
        puller.pull("tags", is_again=True)
    assert puller.fake.calls[ASKED] == 1
    puller.time.now_seconds += 7200 - 299
    puller.pull("tags", is_again=True)
    assert puller.fake.calls[ASKED] == 2


def test_many_who_need_a_token_at_once_ask_once(tmp_path: Path):
    asked: list[bool] = []

    def ask(is_forced: bool) -> Token:  # noqa: FBT001 - the signature of a callback
        asked.append(is_forced)
        time.sleep(0.05)
        return Token(f"token-{len(asked)}", 7200)

    def use(found: list[str]) -> None:
        tokens = TokenHolder(tmp_path, "wx1", ask, lambda: 0)
        found += [tokens.token(), tokens.after("token-1")]

    found: list[str] = []
    threads = [threading.Thread(target=use, args=(found,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [False, False]
    assert set(found) <= {"token-1", "token-2"}


def test_two_pulls_of_an_account_at_once_end_as_one(puller: Puller):
    threads = [threading.Thread(target=puller.pull, args=("statistics",)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert puller.fake.calls["datacube/getusersummary"] == 1
    assert puller.fake.calls[ASKED] == 1


def test_a_refused_token_is_renewed_once_and_then_told(puller: Puller):
    puller.fake.faults["cgi-bin/tags/get"] = ["expired"]
    assert puller.pull("tags") == {"tags": 1}
    assert puller.fake.calls[ASKED] == 2
    puller.fake.faults["cgi-bin/tags/get"] = ["40001", "40001"]
    with pytest.raises(Fatal, match="errcode 40001"):
        puller.pull("tags", is_again=True)


def test_a_new_token_is_forced_only_when_the_same_one_comes_back(tmp_path: Path):
    forced: list[bool] = []
    tokens = holder(tmp_path, Time(), ["one", "two"], forced)
    assert tokens.token() == "one"
    assert tokens.after("one") == "two"
    assert tokens.after("one") == "two"
    assert forced == [False, False]
    assert tokens.after("two") == "two"
    assert forced[2:] == [False, True]


def test_forcing_keeps_to_wechats_limits(tmp_path: Path):
    clock = Time()
    tokens = holder(tmp_path, clock, ["same"], [])
    tokens.token()
    tokens.after("same")
    with pytest.raises(Fatal, match="another system"):
        tokens.after("same")
    for _ in range(19):
        clock.now_seconds += 31
        tokens.after("same")
    clock.now_seconds += 31
    with pytest.raises(Fatal, match="another system"):
        tokens.after("same")
    clock.now_seconds += 86_400
    assert tokens.after("same") == "same"


def test_a_busy_server_is_asked_again_for_a_token(puller: Puller):
    puller.fake.faults[ASKED] = ["-1", "-1"]
    assert puller.pull("tags") == {"tags": 1}
    puller.time.now_seconds += 86_400
    puller.fake.faults[ASKED] = ["-1"] * 5
    with pytest.raises(Retryable, match="no token"):
        puller.pull("tags")


def test_no_secret_is_in_a_log_a_message_a_file_that_lands_or_readable_by_others(
    puller: Puller, caplog: pytest.LogCaptureFixture
):
    puller.fake.faults["cgi-bin/user/get"] = ["cut", "-1"]
    puller.fake.faults["cgi-bin/tags/get"] = ["48001"]
    with caplog.at_level(logging.DEBUG):
        puller.pull("followers")
        with pytest.raises(Fatal) as error:
            puller.pull("tags")
    told = caplog.text + repr(error.value) + str(error.getrepr(style="long"))
    landed = b"".join(path.read_bytes() for path in (puller.folder / "landing").rglob("*.jsonl"))
    for secret in (SECRET, puller.fake.current_token):
        assert secret not in told
        assert secret.encode() not in landed
    assert "oBBBB" not in caplog.text
    (kept,) = (puller.folder / "state" / "pulls").glob("token-*.json")
    assert kept.stat().st_mode & 0o077 == 0


def test_an_unreachable_server_is_retryable_and_told_without_its_address(puller: Puller):
    puller.fake.url = "http://127.0.0.1:9"
    with pytest.raises(Retryable, match="is WeChat reachable") as error:
        puller.pull("tags")
    assert "127.0.0.1" not in str(error.value)
