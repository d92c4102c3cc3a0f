"""A landing zone on object storage: the real client over HTTP, a server of our own."""

import gzip
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from benchmarks.push_sender import event
from identity_store.erasure import Erasure
from ingestion import file_load, landed_bytes, lines
from ingestion.landing import Readiness, ready_files
from ingestion.receiver.delivery import deliver_all
from ingestion.receiver.journal import Entry
from ingestion.window import load_window
from pipeline.erasure import FileCounts, erase_everywhere
from settings import Settings
from settings.landing_location import file_system, landing_location
from tests.integration.ingestion.conftest import ARRIVAL, DAY, Landing, app_event, json_lines, order
from warehouse.errors import Retryable

BUCKET = "landing-zone"
PIECE_BYTES = 1024 * 1024
AT_ONCE = Readiness(stable_seconds=0, now_seconds=0)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    yield "http://{}:{}".format(*moto.get_host_and_port())
    moto.stop()


@pytest.fixture
def zone(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """An empty prefix of the bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    zone = landing_location(f"s3://{BUCKET}/{request.node.name}", Path("/unused"))
    file_system(zone).clear_instance_cache()
    zone = landing_location(f"s3://{BUCKET}/{request.node.name}", Path("/unused"))
    file_system(zone).mkdirs(BUCKET, exist_ok=True)
    return zone


@pytest.fixture
def remote(warehouse_settings: Settings, zone: Path) -> Landing:
    return Landing(replace(warehouse_settings, landing_dir=zone))


def put(zone: Path, place: str, content: bytes) -> Path:
    path = zone / place
    with path.open("wb") as stream:
        for start in range(0, len(content), PIECE_BYTES):
            stream.write(content[start : start + PIECE_BYTES])
    return path


def parquet_bytes(records: list[dict[str, object]]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(records), sink)
    return sink.getvalue().to_pybytes()


def zstd(content: bytes) -> bytes:
    return pa.Codec("zstd").compress(content, asbytes=True)


def test_every_format_and_compression_is_read_and_loaded_once(remote: Landing):
    events = [json_lines([app_event(f"m{number}")]) for number in range(4)]
    folder = f"app/events/{DAY}"
    zone = remote.settings.landing_dir
    put(zone, f"{folder}/a.jsonl", events[0])
    put(zone, f"{folder}/b.jsonl.gz", gzip.compress(events[1]))
    put(zone, f"{folder}/c.jsonl.zst", zstd(events[2]))
    put(zone, f"{folder}/d.json", b"[" + events[3] + b"]")
    put(zone, f"{folder}/e.jsonl.part", b"half wri")
    put(zone, f"{folder}/f.jsonl.gz", gzip.compress(events[0] * 400)[:-9])
    put(zone, f"commerce/orders/{DAY}/o.parquet", parquet_bytes([order("O1")]))

    counts = remote.load_window("app")
    assert (counts.files, counts.loaded, counts.quarantined) == (5, 4, 1)
    assert remote.load_window("commerce").loaded == 1
    assert remote.load_window("app").files == 0
    remote.assert_ledger_holds()
    paths = [path for (path,) in remote.query("select path from ops.load order by path")]
    assert paths[0] == f"{folder}/a.jsonl"
    sizes = remote.query("select size_bytes from ops.load where path like '%%a.jsonl'")
    assert sizes == [(len(events[0]),)]


def test_bytes_that_change_are_a_new_generation(remote: Landing):
    place = f"app/events/{DAY}/a.jsonl"
    put(remote.settings.landing_dir, place, json_lines([app_event("m1")]))
    assert remote.load_window("app").loaded == 1
    put(remote.settings.landing_dir, place, json_lines([app_event("m1"), app_event("m2")]))
    counts = remote.load_window("app")
    assert (counts.loaded, counts.duplicate) == (1, 1)


def test_an_object_that_is_loaded_is_not_downloaded_again_until_it_is_written_anew(
    remote: Landing, monkeypatch: pytest.MonkeyPatch
):
    def counting(path: Path) -> io.BufferedIOBase:
        opened.append(path.name)
        return landed_bytes.open_bytes(path)

    opened: list[str] = []
    for module in (file_load, lines):
        monkeypatch.setattr(module, "open_bytes", counting)
    place = f"app/events/{DAY}/a.jsonl"
    put(remote.settings.landing_dir, place, json_lines([app_event("m1")]))
    downloads = []
    for _ in range(4):
        opened.clear()
        remote.load_window("app")
        downloads.append(len(opened))
    assert downloads == [2, 1, 0, 0]
    put(remote.settings.landing_dir, place, json_lines([app_event("m2")]))
    assert remote.load_window("app").loaded == 1


def test_an_erasure_reaches_object_storage(remote: Landing):
    zone, device = remote.settings.landing_dir, str(app_event("")["anonymousId"])
    hers, anothers = app_event("m1"), app_event("m2", anonymousId=device.replace("1", "2"))
    place = f"app/events/{DAY}/a.jsonl.gz"
    put(zone, place, gzip.compress(json_lines([hers, anothers])))
    remote.load_window("app")
    names = remote.query("select namespace, scope, value from identity.identifier")
    found = [name for name in names if name[2] == device]
    counts, files = erase_everywhere(
        remote.settings, Erasure(found[0], "identifier", datetime(2026, 11, 22, tzinfo=UTC))
    )
    assert (counts.identifiers, files) == (1, FileCounts(1, ()))
    assert gzip.decompress((zone / place).read_bytes()) == json_lines([anothers])


def test_a_file_written_in_parts_is_loaded_whole(remote: Landing):
    text = {"text": "x" * 3000}
    written = json_lines([app_event(f"m{number}", properties=text) for number in range(4000)])
    assert len(written) > 2 * 5 * 1024 * 1024
    path = put(remote.settings.landing_dir, f"app/events/{DAY}/a.jsonl", written)
    # S3 marks what was uploaded in several parts in the object's tag.
    assert path.stat()._info["ETag"].strip('"').endswith(("-2", "-3"))
    counts = remote.load(path)
    assert (counts.rows_in, counts.loaded) == (4000, 4000)


def test_a_listing_of_several_pages_is_complete(zone: Path):
    backend = s3_backends["123456789012"]["aws"]
    key = f"{zone.parts[1]}/app/events/{DAY}"
    for number in range(2100):
        backend.put_object(BUCKET, f"{key}/{number:05}.jsonl", b"{}\n")
    found = list(ready_files(zone, "app", (DAY, DAY), AT_ONCE))
    assert len(found) == 2100
    assert [landed.path.name for landed in found] == sorted(landed.path.name for landed in found)


def test_readiness_by_age_by_manifest_and_empty_days(zone: Path):
    path = put(zone, f"app/events/{DAY}/a.jsonl", b"{}\n")
    changed = path.stat().st_mtime

    def ready(age: float) -> list[str]:
        readiness = Readiness(stable_seconds=30, now_seconds=changed + age)
        return [landed.path.name for landed in ready_files(zone, "app", (DAY, DAY), readiness)]

    assert ready(29) == []
    assert ready(30) == ["a.jsonl"]
    listed = json.dumps([f"events/{DAY}/a.jsonl"]).encode()
    put(zone, f"app/_manifest/{DAY}/_files.json", listed)
    assert ready(0) == ["a.jsonl"]


def test_an_empty_day_manifest_counts(remote: Landing):
    put(remote.settings.landing_dir, f"app/_manifest/{DAY}/_empty.json", b"{}")
    remote.load_window("app")
    found = remote.query("select source, day from ops.empty_day")
    assert found == [("app", DAY)]


def test_a_failing_network_quarantines_nothing_and_the_next_run_loads(
    remote: Landing, monkeypatch: pytest.MonkeyPatch
):
    written = json_lines([app_event(f"m{number}") for number in range(20_000)])
    put(remote.settings.landing_dir, f"app/events/{DAY}/a.jsonl.gz", gzip.compress(written))
    reads = iter(range(1000))

    def readinto(self: landed_bytes._RemoteBytes, buffer: memoryview) -> int:
        with landed_bytes.storage_errors(self._path):
            if next(reads) > 1:
                raise ConnectionResetError("the line went dead")
        return intact(self, buffer)

    intact = landed_bytes._RemoteBytes.readinto
    with monkeypatch.context() as patch:
        patch.setattr(landed_bytes, "_BUFFER_BYTES", 8192)
        patch.setattr(landed_bytes._RemoteBytes, "readinto", readinto)
        with pytest.raises(Retryable, match="ConnectionResetError"):
            remote.load_window("app")
    assert remote.query("select 1 from ops.load") == []
    assert remote.load_window("app").loaded == 20_000
    assert remote.query("select 1 from ops.quarantine") == []


def test_pushes_are_delivered_to_object_storage_and_wait_while_it_is_away(
    remote: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    zone = remote.settings.landing_dir
    entry = Entry("official_account/pushes", "xml", str(DAY), event(1, 1_795_105_923))
    (tmp_path / "j.journal").write_bytes(entry.encoded())
    with monkeypatch.context() as patch:
        patch.setattr(file_system(zone), "open", failing)
        with pytest.raises(Retryable):
            deliver_all(tmp_path, zone)
    assert deliver_all(tmp_path, zone) == 1
    assert list(tmp_path.glob("*.journal")) == []
    assert remote.load_window("official_account").loaded == 1


def failing(*_: object, **__: object) -> None:
    raise ConnectionResetError("the line went dead")


@pytest.mark.nightly
def test_a_large_file_is_read_in_little_memory(zone: Path):
    line = b'{"text": "' + b"x" * 1000 + b'"}\n'
    put(zone, "app/events/2026-11-20/a.jsonl", line * 300_000)
    program = (
        "import re, sys\nfrom pathlib import Path\n"
        "from ingestion.lines import open_chunks, split\n"
        "from settings.landing_location import landing_location\n"
        "count = sum(map(len, split(open_chunks(landing_location(sys.argv[1], Path())))))\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())\n"
        "print(count, int(peak[1]) // 1024)\n"
    )
    address = f"{zone}/app/events/2026-11-20/a.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", program, address], check=True, capture_output=True, text=True
    )
    count, megabytes = map(int, done.stdout.split())
    assert count == 300_000
    assert megabytes < 250


def test_storage_that_is_away_is_retryable(remote: Landing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    file_system(remote.settings.landing_dir).clear_instance_cache()
    away = landing_location(str(remote.settings.landing_dir), Path("/unused"))
    file_system(away).retries = 1
    settings = replace(remote.settings, landing_dir=away)
    with pytest.raises(Retryable, match="object storage"):
        load_window(settings, "app", DAY, date(2026, 11, 20), arrival_day=ARRIVAL)
