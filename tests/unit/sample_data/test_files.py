import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sample_data import write_sample
from tests.unit.sample_data.reading import Sample

LAST_DAY = date(2026, 3, 4)
DAYS = 16
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
SOURCES = ("mini_program", "official_account", "app", "web", "commerce")
MONTHLY = {
    "members", "products", "orders", "order_lines", "payments", "refunds", "coupons", "points",
    "tiers", "consents", "contacts", "referrals", "stored_value", "service_conversations",
}  # fmt: skip
TRANSPORT_FIELDS = ("_flush_time", "sentAt", "receivedAt")
SHANGHAI = timezone(timedelta(hours=8))
WRITE = """
import sys, datetime, pathlib
from sample_data import write_sample
out, last_day = pathlib.Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2])
write_sample(out, people=400, days=16, seed=7, last_day=last_day)
"""


def fingerprint(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def day_of(name: str) -> date:
    return date.fromisoformat(name.split("/")[2])


def test_same_arguments_give_the_same_bytes_under_another_hash_seed(sample: Sample, tmp_path: Path):
    environ = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/New_York"}
    command = [sys.executable, "-c", WRITE, str(tmp_path), LAST_DAY.isoformat()]
    project = Path(__file__).resolve().parents[3]
    subprocess.run(command, check=True, env=environ, cwd=project, timeout=120)
    assert fingerprint(tmp_path) == fingerprint(sample.root)


def test_another_seed_gives_other_people(sample: Sample, tmp_path: Path):
    write_sample(tmp_path, people=200, days=14, seed=8, last_day=LAST_DAY)
    mine = {row["value"] for row in sample.truth("identifier")}
    path = tmp_path / "truth" / "identifier.csv"
    others = {line.split(",")[2] for line in path.read_text("utf-8").splitlines()[1:]}
    assert not mine & others


def test_writing_again_replaces_what_was_there(tmp_path: Path):
    for seed in (1, 2):
        write_sample(tmp_path, people=200, days=14, seed=seed, last_day=LAST_DAY)
    fresh = tmp_path / "fresh"
    write_sample(fresh, people=200, days=14, seed=2, last_day=LAST_DAY)
    again = {n: h for n, h in fingerprint(tmp_path).items() if not n.startswith("fresh")}
    assert again == fingerprint(fresh)


@pytest.mark.parametrize(("people", "days"), [(199, 30), (200, 13)])
def test_too_small_a_sample_is_refused(tmp_path: Path, people: int, days: int):
    with pytest.raises(ValueError, match="200 people and 14 days"):
        write_sample(tmp_path, people=people, days=days, seed=1, last_day=LAST_DAY)


def test_every_daily_day_has_a_file_or_a_manifest_of_each_source(sample: Sample):
    landing = sample.root / "landing"
    delivered = {(name.split("/")[0], day_of(name)) for name in sample.files()}
    for source in SOURCES:
        for day in (FIRST_DAY + timedelta(days=n) for n in range(DAYS)):
            manifest = landing / source / "_manifest" / day.isoformat() / "_empty.json"
            assert manifest.exists() != ((source, day) in delivered)


def test_a_source_without_data_sends_a_manifest_that_says_so(tmp_path: Path):
    # Two hundred people are too few to write to the service account every day.
    write_sample(tmp_path, people=200, days=30, seed=15, last_day=LAST_DAY)
    manifests = sorted((tmp_path / "landing").rglob("_empty.json"))
    assert manifests
    for path in manifests:
        content = json.loads(path.read_text("utf-8"))
        assert content["source"] == path.parts[-4]
        assert content["day"] == path.parts[-2]
        assert content["files"] == 0


def test_the_history_is_one_file_a_kind_and_month(sample: Sample):
    """Of commerce, and of the last visits of those who stayed away for long."""
    history = [name for name in sample.files() if day_of(name) < FIRST_DAY]
    of_commerce = [name for name in history if name.split("/")[0] == "commerce"]
    others = {name.split("/")[0] for name in history} - {"commerce"}
    assert {name.split("/")[1] for name in of_commerce} <= MONTHLY
    assert others == {"mini_program"}
    months = Counter((name.split("/")[1], day_of(name).isoformat()[:7]) for name in history)
    assert set(months.values()) == {1}
    assert min(day_of(name) for name in history) == date(2025, 1, 31)
    assert max(day_of(name) for name in history) == FIRST_DAY - timedelta(days=1)


def test_no_order_lands_before_it_is_made_and_some_events_land_days_later(sample: Sample):
    for name, number, line in sample.lines():
        if "/orders/" in name and (name, number) not in sample.defects:
            assert date.fromisoformat(json.loads(line)["updated_at"][:10]) <= day_of(name)
    delays = Counter()
    for name, number, line in sample.lines():
        is_daily = name.startswith("mini_program/events") and day_of(name) >= FIRST_DAY
        if is_daily and (name, number) not in sample.defects:
            made = datetime.fromtimestamp(json.loads(line)["time"] / 1000, UTC)
            delays[(day_of(name) - made.astimezone(SHANGHAI).date()).days] += 1
    assert set(delays) <= {0, 1, 2, 3}
    assert all(delays[n] for n in range(4))
    assert 0 < sum(delays[n] for n in (1, 2, 3)) < 0.03 * sum(delays.values())


def test_the_summary_counts_what_is_in_the_files(sample: Sample):
    counts = Counter(tuple(name.split("/")[:2]) for name, _, _ in sample.lines())
    assert sample.summary.line_counts == counts
    assert sample.summary.files == len(sample.files())
    assert sample.summary.defect_counts == Counter(sample.defects.values())
    scenarios = Counter(row["scenario"] for row in sample.truth("person"))
    assert sample.summary.scenario_counts == scenarios


def test_a_few_files_are_compressed(sample: Sample):
    share = sum(name.endswith(".gz") for name in sample.files()) / len(sample.files())
    assert 0 < share < 0.1


def test_a_duplicate_differs_from_an_earlier_line_in_transport_fields_only(sample: Sample):
    seen: dict[str, set[bytes]] = {}
    duplicates = 0
    for name, number, line in sample.lines():
        kind = sample.defects.get((name, number))
        if kind not in {None, "duplicate"}:
            continue
        content = line
        if "/events/" in name:
            record = json.loads(line)
            kept = {key: record[key] for key in record if key not in TRANSPORT_FIELDS}
            content = json.dumps(kept, sort_keys=True).encode()
        known = seen.setdefault(name, set())
        assert (content in known) == (kind == "duplicate")
        known.add(content)
        duplicates += kind == "duplicate"
    assert 0.005 < duplicates / sample.summary.lines < 0.02


def test_messages_and_check_ins_go_on_to_the_last_day_and_tell_nothing_of_what_is_to_come(
    sample: Sample,
):
    messages = sample.records["commerce", "contacts"]
    check_ins = sample.records["commerce", "check_ins"]
    end = f"{LAST_DAY + timedelta(days=1)}T00:00:00+08:00"
    days = {(LAST_DAY - timedelta(days=n)).isoformat() for n in range(14)}
    assert days <= {message["sent_at"][:10] for message in messages}
    assert days <= {check_in["local_date"] for check_in in check_ins}
    for message in messages:
        for moment in ("delivered_at", "opened_at", "clicked_at", "rejected_at", "updated_at"):
            assert (message[moment] or "") < end
