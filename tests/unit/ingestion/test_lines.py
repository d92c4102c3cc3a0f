import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion import lines
from ingestion.lines import BLOCK_BYTES, Block, open_chunks, split
from ingestion.rejects import Reject


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def placed_lines(data: bytes, size: int = 7) -> list[tuple[int, int, bytes]]:
    found = []
    for part in split(chunks(data, size)):
        assert isinstance(part, Block)
        for index in range(len(part)):
            reject = part.reject(index, "invalid_json")
            found.append((reject.line_number, reject.byte_offset, reject.raw))
    return found


def test_every_line_keeps_its_number_and_offset() -> None:
    assert placed_lines(b"one\r\n\ntwo\nlast") == [
        (1, 0, b"one"), (2, 5, b""), (3, 6, b"two"), (4, 10, b"last"),
    ]  # fmt: skip


def test_a_final_line_feed_makes_no_line() -> None:
    assert placed_lines(b"one\n") == [(1, 0, b"one")]
    assert placed_lines(b"") == []


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert placed_lines(b"\xef\xbb\xbfone\ntwo") == [(1, 3, b"one"), (2, 7, b"two")]
    assert placed_lines(b"\xef\xbb\xbf", size=1) == []


def test_blocks_put_together_are_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 64)
    seeded = random.Random(7)
    data = b"".join(
        bytes(seeded.choices(range(32, 127), k=seeded.randrange(40))) + b"\n" for _ in range(500)
    )
    parts = list(split(chunks(data, 13)))
    assert all(isinstance(part, Block) and len(part.data) <= 64 for part in parts)
    assert b"".join(part.data for part in parts if isinstance(part, Block)) == data
    wanted = [(number, line) for number, line in enumerate(data.splitlines(), 1)]
    found = [(number, raw) for number, offset, raw in placed_lines(data, 13)]
    assert found == wanted


def test_a_line_longer_than_a_block_is_rejected_and_the_next_one_read() -> None:
    data = b"first\n" + b"x" * (2 * BLOCK_BYTES + 5) + b"\nlast\n"
    parts = list(split(chunks(data, 1 << 20)))
    long_line = next(part for part in parts if isinstance(part, Reject))
    assert (long_line.line_number, long_line.byte_offset) == (2, 6)
    assert long_line.reason == "line_too_long"
    assert 0 < len(long_line.raw) < 100_000
    blocks = [part for part in parts if isinstance(part, Block)]
    assert [(b.first_line, b.first_offset, b.data) for b in blocks] == [
        (1, 0, b"first\n"),
        (3, len(data) - 5, b"last\n"),
    ]


def test_a_long_line_at_the_end_is_rejected_too() -> None:
    parts = list(split(chunks(b"x" * (BLOCK_BYTES + 9), 1 << 20)))
    assert [(type(part), part.line_number) for part in parts if isinstance(part, Reject)] == [
        (Reject, 1)
    ]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_cut_file_gives_its_whole_lines_and_one_reject(tmp_path: Path, suffix: str) -> None:
    seeded = random.Random(3)
    text = b"".join(b"%d:%s\n" % (n, seeded.randbytes(40).hex().encode()) for n in range(40_000))
    path = tmp_path / f"events.jsonl{suffix}"
    if suffix == ".gz":
        whole = gzip.compress(text)
    else:
        whole = pa.compress(text, codec="zstd", asbytes=True)
    path.write_bytes(whole)
    assert b"".join(p.data for p in split(open_chunks(path)) if isinstance(p, Block)) == text
    path.write_bytes(whole[: len(whole) * 2 // 3])
    *blocks, last = split(open_chunks(path))
    assert isinstance(last, Reject)
    assert last.reason == "cut_file"
    read = b"".join(block.data for block in blocks if isinstance(block, Block))
    assert text.startswith(read + last.raw)
    assert len(read) > len(text) // 4
    assert last.line_number == read.count(b"\n") + 1


def test_what_is_no_gzip_is_one_reject(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(b'{"a": 1}\n')
    assert [part.reason for part in split(open_chunks(path)) if isinstance(part, Reject)] == [
        "cut_file"
    ]
