"""Put observations into the warehouse as loads would, and read identity back without numbers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from identity_store import IdentityCounts, run
from settings import Settings
from tests.property.identity.evidence import Identifier, Observation, Statement
from warehouse.connection import LOGIN, Connection, connect
from warehouse.dictionary import register_identifiers, register_sets
from warehouse.runs import Run, open_run, read_run

_OBSERVE = """
insert into identity.observation
select
    record_id, event_at, event_day, %s, source, kind, observation_kind, identifier_set_id, _load_id
from raw.record
where _load_id = %s and identifier_set_id is not null
"""

START = datetime(2026, 11, 1, tzinfo=UTC)

MEMBER: Identifier = ("member_id", "", "M1")
OTHER_MEMBER: Identifier = ("member_id", "", "M2")
OPENID: Identifier = ("openid", "wx1", "oA")
UNIONID: Identifier = ("unionid", "op", "uA")
PHONE: Identifier = ("phone", "", "+8615400000001")

STATE = {
    "identifiers": """
        select identifier_id, first_seen_at, last_seen_at, born_at, best_strength, component_id,
            status, reason, is_contested
        from identity.identifier order by 1
    """,
    "links": "select * from identity.link order by 1, 2",
    "map": """
        select identifier_id, profile_id from identity.identifier_profile
        where valid_to is null order by 1
    """,
    "profiles": """
        select profile_id, anchor_identifier_id, kind, identifier_count from identity.profile
        where status = 'active' order by 1
    """,
    "windows": "select * from identity.ownership_window order by 1, 3",
    "residuals": "select * from identity.residual order by 1",
    "actors": "select identifier_set_id, actor_id from identity.identifier_set order by 1",
}

_LOAD = """
insert into ops.load (
    source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version, rows_in,
    loaded, duplicate, quarantined, started_at
)
values ('app', 'events', %s, sha256(%s::text::bytea), 1, %s, %s, 1, %s, %s, 0, 0, %s)
returning load_id
"""
_RECORD = """
insert into raw.record (
    source, kind, source_key, content_hash, event_at, event_day, occurred_at, observation_kind,
    identifier_set_id, body, _load_id, _line_number
)
values (%s, 'events', %s, md5(%s)::uuid, %s, %s, %s, %s, %s, '{}', %s, %s)
"""


def load(settings: Settings, observations: list[Observation], day: int) -> int:
    """Write one load that arrives on day `day`; return its number."""
    arrival = (START + timedelta(days=day)).date()
    with connect(settings, LOGIN) as conn:
        path, count = f"load-{day}", len(observations)
        row = conn.execute(
            _LOAD, (path, path, arrival, arrival, count, count, START + timedelta(days=day))
        ).fetchone()
        assert row
        for line, seen in enumerate(observations):
            at = START + timedelta(seconds=seen.at)
            key = f"{day}-{line}"
            set_id = _set_id(conn, seen, arrival)
            conn.execute(
                _RECORD,
                (seen.source, key, key, at, at.date(), at, seen.kind, set_id, row[0], line + 1),
            )
        conn.execute(_OBSERVE, (arrival, row[0]))
    return int(row[0])


def _set_id(conn: Connection, seen: Observation, arrival: date) -> int | None:
    best: dict[Identifier, int] = {}
    for identifier, strength in seen.sightings:
        best[identifier] = min(strength, best.get(identifier, 9))
    names = pa.table(
        {
            part: pa.array([identifier[place] for identifier in best], pa.string())
            for place, part in enumerate(("namespace", "scope", "value"))
        }
    )
    ids = register_identifiers(conn, names, arrival)["identifier_id"].to_pylist()
    pairs = sorted(zip(ids, best.values(), strict=True))
    sets = pa.table(
        {
            "identifier_ids": pa.array([[i for i, _ in pairs]], pa.list_(pa.int64())),
            "strengths": pa.array([[s for _, s in pairs]], pa.list_(pa.int16())),
        }
    )
    return int(register_sets(conn, sets)["identifier_set_id"][0].as_py())


def open_run_of(settings: Settings, day: int) -> Run:
    """Open a run that takes every pending load, and let them count as consumed."""
    run = open_run(settings, run_at=START + timedelta(days=day, hours=30))
    with connect(settings, LOGIN) as conn:
        conn.execute("update ops.load set published_run_id = %s", (run.run_id,))
    return read_run(settings, run.run_id)


def state(settings: Settings, said: Iterable[Statement]) -> None:
    """Let exactly the statements `said` be live, as a steward would."""
    with connect(settings, LOGIN) as conn:
        conn.execute(
            "update identity.statement set withdrawn_at = now()"
            " where withdrawn_at is null and reason <> all(%s)",
            ([str(hash(statement)) for statement in said],),
        )
        for statement in said:
            ids = ([_known(conn, i) for i in side] for side in (statement.left, statement.right))
            conn.execute(
                "insert into identity.statement"
                " (kind, left_ids, right_ids, stated_at, stated_by, reason)"
                " select %s, %s, %s, now(), 'test', %s where not exists ("
                " select from identity.statement where reason = %s and withdrawn_at is null)",
                (statement.kind, *ids, *[str(hash(statement))] * 2),
            )


def _known(conn: Connection, identifier: Identifier) -> int:
    row = conn.execute(
        "select identifier_id from identity.identifier"
        " where (namespace, scope, value) = (%s, %s, %s)",
        identifier,
    ).fetchone()
    assert row
    return int(row[0])


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with connect(settings, LOGIN) as conn:
        return list(conn.execute(query))


def step(settings: Settings, day: int, *observations: Observation) -> IdentityCounts:
    """Load what arrives on day `day` and resolve it in a run of its own."""
    load(settings, list(observations), day)
    return run(settings, open_run_of(settings, day))


def seen(at: int, *identifiers: Identifier, strength: int = 2) -> Observation:
    sightings = tuple((identifier, strength) for identifier in identifiers)
    return Observation(at, sightings, source="commerce")


def stored_state(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that identity keeps as true now."""
    return {name: rows(settings, query) for name, query in STATE.items()}


def profiles_of(settings: Settings) -> dict[Identifier, str]:
    found = rows(
        settings,
        "select i.namespace, i.scope, i.value, m.profile_id from identity.identifier_profile as m"
        " inner join identity.identifier as i using (identifier_id) where m.valid_to is null",
    )
    return {(namespace, scope, value): profile for namespace, scope, value, profile in found}
