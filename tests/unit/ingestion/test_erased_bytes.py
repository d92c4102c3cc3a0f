"""What is erased leaves files of every format and packing; everybody else's records stay."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import PurePath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.erased_bytes import UNREADABLE, Eraser

VALUES = ("oA1_fake-canary", "15400000042")
HERS = {"who": "OA1_fake-Canary", "call": 15400000042, "nickname": "Invented"}
ANOTHERS = {"who": "oB2_fake-neighbour", "call": 15400000043, "nickname": "Other"}
RECORDS = [HERS, ANOTHERS]
LINES = b"".join(json.dumps(record).encode() + b"\n" for record in RECORDS)


def zipped(**members: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return sink.getvalue()


def unzipped(stored: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def unparquet(stored: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(stored))


def erased(name: str, stored: bytes, *, is_kept: bool = False) -> bytes:
    return Eraser(VALUES, is_kept).without(PurePath(name), stored)


def test_lines_and_records_with_a_value_go_whole() -> None:
    line = LINES.splitlines(keepends=True)[1]
    assert erased("a.jsonl", LINES) == line
    assert gzip.decompress(erased("a.jsonl.gz", gzip.compress(LINES))) == line
    zstd = pa.Codec("zstd")
    left = erased("a.jsonl.zst", zstd.compress(LINES, asbytes=True))
    assert zstd.decompress(left, len(line), asbytes=True) == line
    assert erased("a.csv", b"who,name\noa1_fake-canary,I\noB2,O\n") == b"who,name\noB2,O\n"
    assert erased("lines.json", LINES) == line


def test_documents_lose_the_records_and_the_values_outside_of_them() -> None:
    assert json.loads(erased("a.json", json.dumps(RECORDS).encode())) == [ANOTHERS]
    page = {"next": "oA1_fake-canary", "data": {"list": RECORDS}, "oA1_fake-canary": 1}
    left = json.loads(erased("a.json", json.dumps(page).encode()))
    assert left == {"next": "erased", "data": {"list": [ANOTHERS]}, "erased": 1}


def test_records_that_must_be_kept_only_lose_the_values() -> None:
    left = erased("a.jsonl", LINES, is_kept=True)
    assert left.count(b"\n") == 2
    assert b"Invented" in left
    assert not any(value.encode() in left.lower() for value in VALUES)


def test_an_archive_is_written_anew_with_all_its_members() -> None:
    inner = zipped(b_jsonl=LINES)
    stored = zipped(a_jsonl=LINES, note_txt=b"nothing", inner_zip=inner)
    left = unzipped(erased("week.zip", stored))
    line = LINES.splitlines(keepends=True)[1]
    assert (left["a.jsonl"], left["note.txt"]) == (line, b"nothing")
    assert unzipped(left["inner.zip"]) == {"b.jsonl": line}


@pytest.mark.parametrize("is_kept", [False, True])
def test_parquet_rows_go_and_every_type_stays(is_kept: bool) -> None:  # noqa: FBT001
    table = pa.table(
        {
            "at": pa.array([1, 3], pa.timestamp("ns")),
            "who": pa.array(["oA1_fake-canary", "oB2"]).dictionary_encode(),
            "call": pa.array([15400000042, 15400000043]),
            "rate": pa.array([float("nan"), float("nan")]),
            "day": pa.array([datetime(2026, 11, 1, tzinfo=UTC)] * 2),
            "raw": pa.array([b"oA1_fake-canary\xff", b"\xff"]),
            "seen": pa.array([[{"id": "oA1_fake-canary"}], []]),
            "step": pa.array(
                [{"id": "oA1_fake-canary", "at": 1}, {"id": "oB2", "at": 3}],
                pa.struct({"id": pa.string(), "at": pa.timestamp("ns")}),
            ),
        }
    )
    left = unparquet(erased("a.parquet", parquet(table), is_kept=is_kept))
    assert left.schema == unparquet(parquet(table)).schema
    assert left["who"].to_pylist()[-1] == "oB2"
    if not is_kept:
        assert (len(left), left["at"].cast(pa.int64()).to_pylist()) == (1, [3])
        return
    hers = left.drop_columns(["at", "rate", "day", "step"]).to_pylist()[0]
    assert hers == {"who": "erased", "call": None, "raw": b"erased\xff", "seen": [{"id": "erased"}]}
    assert left["at"].equals(table["at"])
    steps = left["step"].combine_chunks()
    assert steps.field("id").to_pylist() == ["erased", "oB2"]
    assert steps.field("at").cast(pa.int64()).to_pylist() == [1, 3]


MOMENT = 1_700_000_000_123_456_789


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.list_(pa.timestamp("ns", "Asia/Shanghai")), [MOMENT, None]),
        (pa.large_list(pa.timestamp("ns")), [-1]),
        (pa.list_(pa.time64("ns"), 2), [1, 86_399_123_456_789]),
        (pa.map_(pa.string(), pa.duration("ns")), [("since", MOMENT)]),
        (pa.struct({"at": pa.struct({"at": pa.timestamp("ns")})}), {"at": {"at": MOMENT}}),
        (pa.struct({"at": pa.timestamp("us", "UTC"), "day": pa.date32()}), {"at": 1, "day": 2}),
    ],
)
def test_nanoseconds_beside_an_erased_value_keep_their_last_digit(
    kind: pa.DataType, value: object
) -> None:
    together = pa.struct({"who": pa.string(), "it": kind})
    rows = [{"who": who, "it": value} for who in ("oB2", "oA1_fake-canary")]
    left = unparquet(erased("a.parquet", parquet(pa.table({"c": pa.array(rows, together)}))))
    assert left["c"].combine_chunks().equals(pa.array(rows[:1], together))
    kept = erased("a.parquet", parquet(pa.table({"c": pa.array(rows, together)})), is_kept=True)
    rows[1]["who"] = "erased"
    assert unparquet(kept)["c"].combine_chunks().equals(pa.array(rows, together))


def test_a_moment_that_looks_like_an_erased_value_can_be_left_empty() -> None:
    kind = pa.struct({"who": pa.string(), "at": pa.timestamp("ns")})
    table = pa.table({"c": pa.array([{"who": "123456", "at": MOMENT}], kind)})
    left = unparquet(
        Eraser(("123456",), is_kept=True).without(PurePath("a.parquet"), parquet(table))
    )
    assert left["c"].to_pylist() == [{"who": "erased", "at": None}]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.zip", "a.parquet"])
def test_a_file_without_a_hit_keeps_its_bytes(name: str) -> None:
    clean = json.dumps(ANOTHERS).encode()
    stored = {
        "a.jsonl": clean,
        "a.jsonl.gz": gzip.compress(clean),
        "a.zip": zipped(a_jsonl=clean),
        "a.parquet": parquet(pa.Table.from_pylist([ANOTHERS])),
    }[name]
    assert erased(name, stored) is stored


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.zip", "a.parquet"])
def test_a_damaged_file_is_said_to_be_one(name: str) -> None:
    with pytest.raises(UNREADABLE):
        erased(name, b"half of")
    with pytest.raises(UNREADABLE):
        erased("a.jsonl.gz", gzip.compress(LINES)[:-9])
