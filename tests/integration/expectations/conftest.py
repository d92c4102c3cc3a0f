"""A small brand with a fortnight behind it, whose every gate passes; tests spoil one thing each."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from settings import Settings
from tests.conftest import new_database
from tests.integration.expectations.marts import build_marts, publish_marts
from warehouse.connection import LOGIN, connect

LAST_DAY = date(2026, 11, 14)
LINES_A_DAY = 400

_RUNS = """
insert into ops.run (run_at, as_of, status) values
('2026-11-14 02:00+08', '2026-11-13', 'published'),
('2026-11-15 02:00+08', '2026-11-14', 'running')
"""
_LOADS = """
insert into ops.load (
    source, kind, path, file_hash, size_bytes, landing_day, arrival_day, contract_version,
    rows_in, loaded, duplicate, quarantined, started_at, published_run_id
)
select
    k.source, k.kind, concat_ws('/', k.source, k.kind, d.day, 'part.jsonl'),
    sha256(convert_to(k.kind || d.day, 'UTF8')), 1000, d.day, d.day, 1,
    %(lines)s, %(lines)s - 6, 4, 2, d.day, case when d.day < %(last)s then 1 end
from (
    values ('mini_program', 'events'), ('commerce', 'orders'), ('commerce', 'points')
) as k (source, kind)
cross join (
    select day::date from generate_series(%(last)s::date - 13, %(last)s::date, '1 day') as t (day)
) as d
"""
_RUN_LOADS = """
insert into ops.run_load select coalesce(published_run_id, 2), load_id from ops.load
"""
_QUARANTINED = """
insert into ops.quarantine (load_id, file_hash, line_number, byte_offset, reason_code, hint, raw)
select load_id, file_hash, n, 0, 'not_json', 'cut off', '' from ops.load, generate_series(1, 2) as n
"""
_RECORDS = """
insert into raw.record (
    source, kind, source_key, content_hash, event_at, event_day, occurred_at, event_name,
    account_id, identifier_set_id, body, _load_id, _line_number
)
select
    l.source, l.kind, l.load_id || '-' || n, md5(l.load_id || '-' || n)::uuid,
    l.landing_day + interval '4 hours', l.landing_day, l.landing_day + interval '4 hours',
    case l.kind when 'events' then '$MPViewScreen' end, 'wx00000000000000a1',
    1 + n %% 200,
    case l.kind
        when 'events' then jsonb_build_object(
            'event', '$MPViewScreen', 'properties', jsonb_build_object('$scene', 'wx-1089')
        )
        when 'points' then '{}'
        else jsonb_build_object(
            'order_id', l.load_id || '-' || n, 'status', 'paid', 'channel', 'app',
            'total_fen', 100 * n, 'member_id', case when n %% 4 > 0 then 'M-invented-' || n end
        )
    end,
    l.load_id, n
from ops.load as l, generate_series(1, %(lines)s - 6) as n
"""
_IDENTITY = """
insert into identity.identifier (identifier_id, namespace, value, arrival_day)
select n, 'member_id', 'M-invented-' || n, '2026-11-01' from generate_series(1, 200) as n;
insert into identity.identifier_set (identifier_set_id, identifier_ids, strengths, actor_id)
select n, array[n], array[1], n from generate_series(1, 200) as n;
insert into identity.profile
    (profile_id, anchor_identifier_id, kind, created_at, identifier_count)
select 'p_' || n, n, 'known', '2026-11-01', 1 from generate_series(1, 200) as n;
insert into identity.identifier_profile (identifier_id, profile_id, valid_from, run_id)
select n, 'p_' || n, '2026-11-01', 1 from generate_series(1, 200) as n;
insert into identity.observation
select
    record_id, event_at, event_day, event_day, source, kind, observation_kind, identifier_set_id,
    _load_id
from raw.record;
insert into identity.run
select run_id, run_at, 'incremental', 'r', 1, 1, 1, 1, 1, 1, 1, 0.1 from ops.run;
"""

_NEW_ROWS = """
create view public.new_load as
select * from ops.load where load_id in (select load_id from ops.run_load where run_id = 2);
create view public.new_order as
select * from raw.record
where kind = 'orders' and _load_id in (select load_id from ops.run_load where run_id = 2);
create view public.new_event as
select * from raw.record
where kind = 'events' and _load_id in (select load_id from ops.run_load where run_id = 2);
"""

Spoil = Callable[[str], None]


@pytest.fixture(scope="session")
def brand_template(template_database: Settings) -> Iterator[Settings]:
    """A database with the brand in it, to copy from."""
    with new_database(template_database, is_copy=True) as settings:
        with connect(settings, "c360_owner") as conn:
            conn.execute(_RUNS)
            conn.execute(_LOADS, {"lines": LINES_A_DAY, "last": LAST_DAY})
            conn.execute(_RUN_LOADS)
            conn.execute(_QUARANTINED)
            conn.execute(_RECORDS, {"lines": LINES_A_DAY})
            conn.execute(_IDENTITY)
        with connect(settings, "c360_transform") as conn:
            build_marts(conn)
        with connect(settings, LOGIN) as conn:
            publish_marts(conn)
            conn.execute(_NEW_ROWS)
        yield settings


@pytest.fixture
def brand(brand_template: Settings) -> Iterator[Settings]:
    """Run 1 published thirteen days; run 2 has taken the fourteenth and is built."""
    with new_database(brand_template, is_copy=True) as settings:
        yield settings


@pytest.fixture
def spoil(brand: Settings) -> Spoil:
    """Run statements against the brand's warehouse."""

    def run(statements: str) -> None:
        with connect(brand, LOGIN) as conn:
            conn.execute(statements.encode())

    return run
