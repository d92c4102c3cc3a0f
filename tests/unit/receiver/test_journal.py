import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.receiver import journal as journals
from ingestion.receiver.delivery import deliver_all
from ingestion.receiver.journal import Entry, Journal, JournalFullError, read_entries

DAY = "2026-11-20"


def entry(number: int, place: str = "official_account/pushes") -> Entry:
    return Entry(place, "xml", DAY, b"<xml>%d</xml>" % number)


def open_journal(folder: Path, name: str = "j", max_waiting_bytes: int = 10**6) -> Journal:
    return Journal(folder, name, max_waiting_bytes=max_waiting_bytes)


def landed(landing: Path) -> dict[str, list[bytes]]:
    return {
        path.relative_to(landing).as_posix(): path.read_bytes().splitlines()
        for path in sorted(landing.rglob("*.*"))
    }


def test_what_is_appended_is_on_disk_when_the_future_is_done(tmp_path: Path):
    async def run() -> None:
        journal = open_journal(tmp_path)
        await journal.append(entry(1))
        assert on_disk() == [entry(1)]
        await journal.close()

    def on_disk() -> list[Entry | None]:
        (path,) = tmp_path.iterdir()
        return list(read_entries(path))

    asyncio.run(run())


def test_many_waiting_share_one_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    flushes = []
    flush = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda file: flushes.append(file) or flush(file))

    async def run() -> None:
        journal = open_journal(tmp_path)
        await asyncio.gather(*(journal.append(entry(number)) for number in range(500)))
        await journal.close()

    asyncio.run(run())
    assert len(flushes) <= 2
    (path,) = tmp_path.iterdir()
    assert len(list(read_entries(path))) == 500


def test_a_full_disk_fails_those_who_wait_and_leaves_whole_entries_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async def run() -> None:
        journal = open_journal(tmp_path)
        await journal.append(entry(1))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", failing)
            with pytest.raises(OSError, match="full"):
                await journal.append(entry(2))
        await journal.append(entry(3))
        await journal.close()

    def failing(_: int) -> None:
        raise OSError("disk full")

    asyncio.run(run())
    found = [found for path in sorted(tmp_path.iterdir()) for found in read_entries(path)]
    assert found == [entry(1), entry(3)]


def test_too_much_waiting_is_refused(tmp_path: Path):
    async def run() -> None:
        journal = open_journal(tmp_path, max_waiting_bytes=100)
        first = journal.append(entry(1))
        with pytest.raises(JournalFullError):
            journal.append(entry(2))
        await first
        await journal.append(entry(2))
        await journal.close()

    asyncio.run(run())


def test_journals_become_one_file_for_each_kind_and_go(tmp_path: Path):
    async def run() -> None:
        journal = open_journal(tmp_path / "spool")
        await journal.append(entry(1))
        await journal.append(entry(2, "mini_program/privacy"))
        await journal.append(entry(3))
        await journal.close()

    asyncio.run(run())
    assert deliver_all(tmp_path / "spool", tmp_path / "landing") == 3
    assert landed(tmp_path / "landing") == {
        f"mini_program/privacy/{DAY}/j-000001.xml": [b"<xml>2</xml>"],
        f"official_account/pushes/{DAY}/j-000001.xml": [b"<xml>1</xml>", b"<xml>3</xml>"],
    }
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_journal_in_use_is_left_alone(tmp_path: Path):
    async def run() -> None:
        journal = open_journal(tmp_path / "spool")
        await journal.append(entry(1))
        assert deliver_all(tmp_path / "spool", tmp_path / "landing") == 0
        await journal.close()

    asyncio.run(run())
    assert deliver_all(tmp_path / "spool", tmp_path / "landing") == 1


@given(st.integers(min_value=0, max_value=200))
def test_a_journal_cut_anywhere_gives_its_whole_entries(
    tmp_path_factory: pytest.TempPathFactory, length: int
):
    folder = tmp_path_factory.mktemp("spool")
    whole = [entry(number) for number in range(3)]
    data = b"".join(each.encoded() for each in whole)
    ends = [len(each.encoded()) for each in whole]
    path = folder / f"j{journals.SUFFIX}"
    path.write_bytes(data[:length])
    complete = sum(sum(ends[: number + 1]) <= length for number in range(3))
    assert deliver_all(folder, folder / "landing") == complete
    assert not path.exists()


def test_delivering_again_after_a_death_in_between_doubles_nothing(tmp_path: Path):
    spool = tmp_path / "spool"
    spool.mkdir()
    for _ in range(2):
        (spool / f"j{journals.SUFFIX}").write_bytes(entry(1).encoded())
        deliver_all(spool, tmp_path / "landing")
    (lines,) = landed(tmp_path / "landing").values()
    assert lines == [b"<xml>1</xml>"]


def test_a_journal_damaged_in_the_middle_is_delivered_and_kept(tmp_path: Path):
    lines = [entry(1).encoded(), b"\0" * 20 + b"\n", b"00000000 no\n", entry(2).encoded()]
    path = tmp_path / f"j{journals.SUFFIX}"
    path.write_bytes(b"".join(lines))
    assert deliver_all(tmp_path, tmp_path / "landing") == 2
    assert path.with_suffix(".damaged").exists()
