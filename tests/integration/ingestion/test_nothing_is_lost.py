"""Lines broken in every way we know, between good ones."""

import gzip
import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ingestion import records

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Landing, Make


def broken_lines(make: "Make") -> dict[bytes, tuple[str, str | None]]:
    """Bytes of a line, and the reason and field it is quarantined with."""

    def line(**changes: object) -> bytes:
        return json.dumps(make.app_event("broken", **changes)).encode()

    text = line().decode()
    without_time = make.app_event("broken")
    for name in ("timestamp", "sentAt", "receivedAt"):
        del without_time[name]
    return {
        line()[:-20]: ("invalid_json", None),
        line().replace(b"broken", b"bro\0ken"): ("nul_byte", None),
        text.replace("broken", r"\u0000").encode(): ("unstorable_text", None),
        text.replace("broken", r"\ud800").encode(): ("unstorable_text", None),
        text.replace("Product", "商品").encode("gbk"): ("not_utf8", None),
        text.encode("utf-16-le"): ("nul_byte", None),
        b"\xef\xbb\xbf" + line(): ("invalid_json", None),
        b"": ("empty_line", None),
        b"   ": ("empty_line", None),
        b"[1, 2]": ("not_an_object", None),
        b"42": ("not_an_object", None),
        b"type,event": ("invalid_json", None),
        line()[:-1] + b', "deep": ' + b"[" * 400 + b"]" * 400 + b"}": ("nested_too_deep", None),
        line()[:-1] + b', "type": "page"}': ("duplicate_key", None),
        line()[:-1] + b', "score": NaN}': ("number_out_of_range", None),
        line()[:-1] + b', "score": 1e999999}': ("number_out_of_range", None),
        line(context="ios"): ("wrong_type", "context"),
        line(properties=[1]): ("wrong_type", "properties"),
        line(type=None): ("missing_field", "type"),
        line(type="group"): ("not_accepted", "type"),
        line(anonymousId=""): ("missing_field", "userId"),
        json.dumps(without_time).encode(): ("missing_field", "timestamp"),
        line(timestamp="yesterday"): ("bad_time", "timestamp"),
        line(timestamp="2026-02-30T00:00:00Z"): ("bad_time", "timestamp"),
        line(timestamp=1795105923): ("bad_time", "timestamp"),
        line(timestamp="0000-01-01T00:00:00Z"): ("year_out_of_range", "timestamp"),
        line(timestamp="9999-12-31T00:00:00Z"): ("year_out_of_range", "timestamp"),
        line(timestamp="2020-01-01T00:00:00Z"): ("too_old", "timestamp"),
        json.dumps({"half": "of"}).encode(): ("missing_field", "type"),
    }


def test_every_broken_line_is_kept_with_its_place_reason_and_bytes(
    landing: "Landing", make: "Make"
) -> None:
    broken = broken_lines(make)
    lines = [json.dumps(make.app_event("good-0")).encode()]
    for number, line in enumerate(broken, 1):
        lines += [line, json.dumps(make.app_event(f"good-{number}")).encode()]
    content = b"\r\n".join(lines) + b"\r\n"
    counts = landing.load(landing.write("app/events/a.jsonl", content))
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (
        len(lines), len(broken) + 1, len(broken),
    )  # fmt: skip
    landing.assert_ledger_holds()
    found = landing.query("""
        select line_number, byte_offset, reason_code, field, raw, hint from ops.quarantine
        order by line_number
    """)
    assert len(found) == len(broken)
    for number, offset, reason, field, raw, hint in found:
        line = lines[number - 1]
        assert (reason, field) == broken[line], line[:80]
        assert raw == line
        assert content[offset : offset + len(line)] == line
        assert hint
    assert landing.query("select distinct file_hash from ops.quarantine") == landing.query(
        "select file_hash from ops.load"
    )


def test_the_empty_array_that_php_writes_for_an_empty_object_is_accepted(
    landing: "Landing", make: "Make"
) -> None:
    record = make.app_event("php", properties=[], context=[])
    counts = landing.load(landing.write("app/events/a.jsonl", make.json_lines([record])))
    assert (counts.loaded, counts.quarantined) == (1, 0)


def test_a_line_of_ten_megabytes_is_refused_and_its_neighbours_are_loaded(
    landing: "Landing", make: "Make"
) -> None:
    huge = make.app_event("huge", properties={"text": "x" * 10_000_000})
    records = [make.app_event("a"), huge, make.app_event("b")]
    counts = landing.load(landing.write("app/events/a.jsonl", make.json_lines(records)))
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (3, 2, 1)
    assert landing.query("select line_number, reason_code from ops.quarantine") == [
        (2, "line_too_long")
    ]
    landing.assert_ledger_holds()


def test_files_that_hold_nothing_of_use_do_no_harm(landing: "Landing") -> None:
    names = ["a.jsonl", "a.json", "a.csv", "a.xml", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"]
    contents = [b"", b"\n", b"\xef\xbb\xbf", b"\0", b"\x1f\x8b\x08junk", b"PAR1", b"a,a\n1,2\n"]
    for name in names:
        for content in contents:
            counts = landing.load(landing.write(f"app/events/{name}", content))
            assert counts.loaded == counts.duplicate == 0, (name, content)
    landing.assert_ledger_holds()


def test_the_whole_lines_of_a_cut_file_are_loaded(landing: "Landing", make: "Make") -> None:
    records = [make.app_event(f"m{n}", properties={"n": n * 7919}) for n in range(3000)]
    whole = gzip.compress(make.json_lines(records))
    path = landing.write("app/events/a.jsonl.gz", whole[: len(whole) // 2])
    cut = landing.load(path)
    assert 0 < cut.loaded < 3000
    assert cut.quarantined == 1
    path.write_bytes(whole)
    healed = landing.load(path)
    assert (healed.loaded, healed.duplicate) == (3000 - cut.loaded, cut.loaded)
    assert landing.query("select generation from ops.load order by load_id") == [(1,), (2,)]
    landing.assert_ledger_holds()


def test_identifiers_that_name_nobody_are_dropped_and_the_line_is_loaded(
    landing: "Landing", make: "Make"
) -> None:
    record = make.app_event(
        "a",
        userId="undefined",
        context={
            "device": {"type": "ios", "id": "NO", "advertisingId": "0000-0000-0000-0000-00000000"}
        },
    )
    counts = landing.load(landing.write("app/events/a.jsonl", make.json_lines([record])))
    assert (counts.loaded, counts.dropped_identifiers) == (1, 3)
    assert landing.query("select namespace from identity.identifier") == [("app_install_id",)]


def test_more_than_twenty_identifiers_in_one_record_are_refused(
    landing: "Landing", make: "Make"
) -> None:
    def event(count: int) -> dict[str, object]:
        identities = {f"$identity_mp_wx{n:016d}_openid": f"oX_fake-{n}" for n in range(count)}
        return {
            "type": "track", "event": "$MPShow", "time": 1795105923123, "distinct_id": f"d{count}",
            "identities": identities, "properties": {}, "_track_id": count,
        }  # fmt: skip

    content = make.json_lines([event(20), event(21)])
    counts = landing.load(landing.write("mini_program/events/a.jsonl", content))
    assert (counts.loaded, counts.quarantined) == (1, 1)
    assert landing.query("select line_number, reason_code from ops.quarantine") == [
        (2, "too_many_identifiers")
    ]
    landing.assert_ledger_holds()


def test_what_only_the_database_refuses_does_not_fail_the_file(
    landing: "Landing", make: "Make", monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if our own checks had a gap: the server then has the last word, line by line.
    examine = records.examine
    monkeypatch.setattr(records, "examine", lambda *given: replace(examine(*given), reasons={}))
    refused = {0, 3, 4, 11}
    lines = []
    for number in range(12):
        name = "\\u0000" if number in refused else "a\\tb\\\\c"
        event = make.app_event(f"m{number}", properties={"name": "NAME"})
        lines.append(json.dumps(event).replace("NAME", name).encode())
    counts = landing.load(landing.write("app/events/a.jsonl", b"\n".join(lines)))
    assert (counts.rows_in, counts.loaded, counts.quarantined) == (12, 8, 4)
    found = landing.query("select line_number, reason_code, raw from ops.quarantine order by 1")
    assert found == [(n + 1, "not_storable", lines[n]) for n in sorted(refused)]
    assert landing.query("select distinct body->'properties'->>'name' from raw.record") == [
        ("a\tb\\c",)
    ]
    landing.assert_ledger_holds()


def test_hostile_lengths_are_refused_line_by_line(landing: "Landing", make: "Make") -> None:
    noise = random.Random(1).randbytes(20_000).hex()
    content = make.json_lines(
        [
            make.app_event("a"),
            make.app_event(noise),
            make.app_event("b", userId=noise, event=noise),
            make.app_event("c", anonymousId=noise),
        ]
    )
    counts = landing.load(landing.write("app/events/a.jsonl", content))
    assert (counts.loaded, counts.quarantined, counts.dropped_identifiers) == (3, 1, 2)
    assert landing.query("select line_number, reason_code, field from ops.quarantine") == [
        (2, "key_too_long", "messageId")
    ]
