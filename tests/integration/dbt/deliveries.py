"""Put records into the warehouse as loads would put them, run the transform, read the outcome."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date
from typing import Any

import pyarrow as pa
from psycopg import sql

from identity_store import run as resolve_identities
from pipeline.transform import build_layer, run_dbt
from settings import Settings
from tests.conftest import new_database
from tests.integration.dbt.brand import SHANGHAI, Record, moment
from warehouse.connection import LOGIN, Connection, connect
from warehouse.database_roles import open_database
from warehouse.dictionary import register_identifiers, register_sets
from warehouse.mart_tables import table_names
from warehouse.runs import Run, open_run

_OBSERVE = """
insert into identity.observation
select
    record_id, event_at, event_day, %s, source, kind, observation_kind, identifier_set_id, _load_id
from raw.record
where _load_id = %s and identifier_set_id is not null
"""


def deliver(settings: Settings, day: date, records: list[Record]) -> None:
    """Write the records of one day as one load of each source and kind."""
    with connect(settings, LOGIN) as conn:
        for source, kind in sorted({(record.source, record.kind) for record in records}):
            batch = [r for r in records if (r.source, r.kind) == (source, kind)]
            load_id = _open_load(conn, source, kind, day, len(batch))
            for line, record in enumerate(batch, start=1):
                _insert(conn, record, (load_id, line), day)
            conn.execute(_OBSERVE, (day, load_id))
        conn.execute("analyze raw.record")


def record_in(conn: Connection, record: Record, day: date) -> None:
    """Write one record as if it were of the newest load that was published."""
    row = conn.execute("select max(load_id) from ops.load where published_run_id > 0").fetchone()
    _insert(conn, record, (int(row[0]) if row else 0, 0), day)


def _open_load(conn: Connection, source: str, kind: str, day: date, count: int) -> int:
    row = conn.execute(
        """
        insert into ops.load (
            source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version,
            rows_in, loaded, duplicate, quarantined, started_at
        )
        values (%s, %s, %s, sha256(%s::text::bytea), 1, %s, %s, 1, %s, %s, 0, 0, %s)
        returning load_id
        """,
        (source, kind, str(day), str(day), day, day, count, count, moment(day, 23)),
    ).fetchone()
    return int(row[0]) if row else 0


def _insert(conn: Connection, record: Record, place: tuple[int, int], day: date) -> None:
    text = json.dumps(record.body, sort_keys=True)
    conn.execute(
        """
        insert into raw.record (
            source, kind, source_key, content_hash, event_at, event_day, received_at, occurred_at,
            identifier_set_id, body, _load_id, _line_number
        )
        values (%s, %s, %s, md5(%s)::uuid, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (
            record.source,
            record.kind,
            record.key,
            text,
            record.at,
            record.at.astimezone(SHANGHAI).date(),
            record.received_at or record.at,
            record.at,
            _set_id(conn, record, day),
            text,
            *place,
        ),
    )


def _set_id(conn: Connection, record: Record, day: date) -> int | None:
    if not record.identifiers:
        return None
    names = pa.table(
        {
            part: pa.array([identifier[place] for identifier in record.identifiers], pa.string())
            for place, part in enumerate(("namespace", "scope", "value"))
        }
    )
    ids = register_identifiers(conn, names, day)["identifier_id"].to_pylist()
    pairs = sorted(zip(ids, (identifier[3] for identifier in record.identifiers), strict=True))
    sets = pa.table(
        {
            "identifier_ids": pa.array([[number for number, _ in pairs]], pa.list_(pa.int64())),
            "strengths": pa.array([[strength for _, strength in pairs]], pa.list_(pa.int16())),
        }
    )
    return int(register_sets(conn, sets)["identifier_set_id"][0].as_py())


def start_run(settings: Settings, as_of: date) -> Run:
    """Open a run over what is pending and resolve identities."""
    run = open_run(settings, run_at=moment(as_of, 23).astimezone(UTC), as_of=as_of)
    resolve_identities(settings, run, mode="incremental")
    return run


def build(settings: Settings, run: Run, *layers: str) -> None:
    for layer in layers:
        build_layer(settings, run, layer)


def build_facts(settings: Settings, run: Run, *options: str) -> None:
    """The tables that grow from run to run, the map from facts to persons, and the views on it."""
    growing, views = (
        f"config.materialized:{kind},path:models/intermediate" for kind in ("incremental", "view")
    )
    command = ["run", "--select", growing, views, "int_actor_profile", "int_product_class"]
    command += [*options, "--exclude", "path:models/intermediate/offers"]
    variables = {
        "C360_DBT_RUN_ID": str(run.run_id),
        "C360_DBT_AS_OF": str(run.as_of),
        "C360_DBT_IS_NEW_PROJECT": "0",
    }
    run_dbt(settings, command, variables)


@contextmanager
def copy_of(template: Settings) -> Iterator[Settings]:
    """A migrated database of a module's own."""
    with new_database(template, is_copy=True) as settings:
        with connect(settings, LOGIN, autocommit=True) as conn:
            open_database(conn)  # a copy does not inherit who may enter
        yield settings


def count_as_published(settings: Settings, run: Run) -> None:
    """What publishing records about a run and its loads."""
    with connect(settings, LOGIN) as conn:
        conn.execute("update ops.run set status = 'published' where run_id = %s", (run.run_id,))
        conn.execute(
            "update ops.load set published_run_id = %s where load_id = any(%s)",
            (run.run_id, list(run.load_ids)),
        )


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with connect(settings, LOGIN) as conn:
        return list(conn.execute(query.encode()))


def dump(settings: Settings, schema: str) -> dict[str, str]:
    """A hash of the rows of every table of a schema, whatever their order."""
    hash_of_rows = (
        "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} as t"
    )
    with connect(settings, LOGIN) as conn:
        hashes = {}
        for name in table_names(conn, schema):
            query = sql.SQL(hash_of_rows).format(sql.Identifier(schema, name))
            row = conn.execute(query).fetchone()
            hashes[name] = row[0] if row else ""
    return hashes
