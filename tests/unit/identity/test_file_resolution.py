import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from evaluation.file_resolution import FileCounts, FileRequest, resolve_file


def _line(*identifiers: str, at: str = "2026-11-01T00:00:00Z", **fields: object) -> dict[str, Any]:
    """Identifiers are written `namespace:value` or `namespace@scope:value`."""
    parts = [name.partition(":") for name in identifiers]
    return {
        "observed_at": at,
        "source": "app",
        "identifiers": [
            {"namespace": n.partition("@")[0], "scope": n.partition("@")[2], "value": v}
            for n, _, v in parts
        ],
        **fields,
    }


def _resolve(
    folder: Path, lines: Iterable[dict[str, Any] | str], **options: Path | str | bytes
) -> tuple[FileCounts, dict[str, str]]:
    path = folder / "observations.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(texts), encoding="utf-8")
    counts = resolve_file(FileRequest(path, folder / "map.csv", **options))
    with (folder / "map.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return counts, {f"{r['namespace']}:{r['value']}": r["profile_id"] for r in rows}


def test_identifiers_seen_together_share_a_profile(tmp_path: Path) -> None:
    lines = [_line("member_id:M1", "openid@wx1:oA"), _line("openid@wx2:oA", "phone:+8615400000001")]
    counts, _ = _resolve(tmp_path, lines)
    assert (counts.identifiers, counts.profiles, counts.links) == (4, 2, 2)


def test_ids_depend_on_the_key_and_tell_nothing(tmp_path: Path) -> None:
    lines = [_line("phone:+8615400000001")]
    _, one = _resolve(tmp_path, lines, identity_key=b"one")
    _, again = _resolve(tmp_path, lines, identity_key=b"one")
    _, other = _resolve(tmp_path, lines, identity_key=b"other")
    (name,) = one.values()
    assert one == again
    assert one != other
    assert name.startswith("p_")
    assert len(name) == 28
    assert name.isascii()
    assert name == name.lower()


def test_a_value_is_found_as_it_was_written_and_in_normal_form(tmp_path: Path) -> None:
    lines = [_line("email:Ann@Example.com", "member_id:M1"), _line("email:ann@example.com", "x:1")]
    counts, profile = _resolve(tmp_path, lines)
    assert counts.identifiers == 3
    assert profile["email:Ann@Example.com"] == profile["email:ann@example.com"] == profile["x:1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[]", "not_an_object"),
        ('{"identifiers": 1, "observed_at": "2026-11-01T00:00:00Z"}', "no_identifiers"),
        (_line("phone:"), "bad_identifier"),
        (_line("a:1", at="yesterday"), "bad_observed_at"),
        (_line("a:1", at="2026-11-01T00:00:00"), "observed_at_without_zone"),
        (_line("a:1", kind="guessed"), "unknown_kind"),
        (_line("a:1", kind=[]), "unknown_kind"),
        (_line("a:1", strength=0), "bad_strength"),
        (_line("a:1", strength=True), "bad_strength"),
        (_line("a:1", source=7), "bad_source"),
        (_line("a:\ud800"), "bad_identifier"),
        (_line(*(f"a:{k}" for k in range(21))), "too_many_identifiers"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number(
    tmp_path: Path, line: dict[str, Any] | str, reason: str
) -> None:
    counts, profile = _resolve(tmp_path, [_line("a:1", "a:2"), line])
    assert [(reject.line_number, reject.reason) for reject in counts.rejects] == [(2, reason)]
    assert set(profile) == {"a:1", "a:2"}


def test_twenty_identifiers_are_all_linked(tmp_path: Path) -> None:
    counts, _ = _resolve(tmp_path, [_line(*(f"a:{k}" for k in range(20)))])
    assert (counts.links, counts.profiles) == (190, 1)


def test_an_unbind_joins_nothing(tmp_path: Path) -> None:
    counts, _ = _resolve(tmp_path, [_line("member_id:M1", "phone:15400000001", kind="unbind")])
    assert (counts.links, counts.profiles) == (0, 2)


def test_batches_give_the_partition_of_one_batch(tmp_path: Path) -> None:
    lines = [
        _line("member_id:M1", "phone:15400000001", day=2),
        _line("member_id:M2", "phone:15400000001", day=10, at="2026-11-02T08:00:00+08:00"),
        _line("web_cookie:c1", "member_id:M1", day="x"),
        _line("web_cookie:c1", "member_id:M2"),
    ]
    _, whole = _resolve(tmp_path, lines)
    _, parts = _resolve(tmp_path, lines, batch_by="day")
    assert _groups(whole) == _groups(parts)


def _groups(profile: dict[str, str]) -> set[frozenset[str]]:
    return {
        frozenset(name for name, other in profile.items() if other == held)
        for held in profile.values()
    }


def test_events_belong_to_the_profile_of_their_actor(tmp_path: Path) -> None:
    lines = [
        _line("member_id:M1", "phone:15400000001", event_id="e1"),
        _line("phone:15400000001", "web_cookie:c1", event_id="e2"),
        _line("phone:13800138000", event_id="e3"),
    ]
    _, profile = _resolve(tmp_path, lines, events_path=tmp_path / "owners.csv")
    with (tmp_path / "owners.csv").open(newline="") as file:
        owners = {
            row["event_id"]: (row["profile_id"], row["because"]) for row in csv.DictReader(file)
        }
    member = profile["member_id:M1"]
    assert owners == {"e1": (member, "account"), "e2": (member, "map"), "e3": ("", "nobody")}


def test_an_empty_file_has_an_empty_map(tmp_path: Path) -> None:
    counts, profile = _resolve(tmp_path, [])
    assert (counts.observations, counts.profiles, profile) == (0, 0, {})
