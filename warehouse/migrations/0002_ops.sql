-- `ops` itself is made by the migration runner, which keeps its own list there.
comment on schema ops is 'Load ledger, quarantine, runs, gates, audit. 运行台账';

create table ops.run (
    run_id bigint generated always as identity primary key,
    run_at timestamptz not null,
    as_of date,
    status text not null default 'running'
        check (status in ('running', 'published', 'nothing_to_do', 'blocked', 'failed')),
    reason text,
    orchestrator_run_id text,
    finished_at timestamptz,
    counts jsonb not null default '{}'
);
comment on table ops.run is 'One row per run of the chain; run_at is the one clock reading of the run and becomes published_at.';

create table ops.stage_run (
    fence bigint generated always as identity primary key,
    stage text not null,
    run_id bigint references ops.run,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    status text not null default 'running' check (status in ('running', 'done', 'failed', 'overtaken')),
    counts jsonb not null default '{}'
);
comment on table ops.stage_run is 'Every taking of a stage lock; the number grows, and only its newest holder may commit.';
create index stage_run_newest on ops.stage_run (stage, fence desc);

-- Locks the fence's row until the caller's transaction ends, so that a newer holder of the stage waits for it.
create function ops.holds_fence(p_fence bigint) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    select status = 'running' from ops.stage_run where fence = p_fence for share
$$;
comment on function ops.holds_fence is 'Whether the stage is still held by this fence; asked in the committing transaction.';
revoke all on function ops.holds_fence(bigint) from public;
grant execute on function ops.holds_fence(bigint)
to c360_ingest, c360_identity, c360_transform, c360_offers, c360_publish, c360_export, c360_privacy;

create table ops.load (
    load_id bigint generated always as identity primary key,
    source text not null,
    kind text not null,
    path text not null,
    file_hash bytea not null check (length(file_hash) = 32),
    generation integer not null default 1,
    size_bytes bigint not null,
    landing_day date not null,
    arrival_day date not null,
    contract_version integer not null,
    rows_in bigint not null,
    loaded bigint not null,
    duplicate bigint not null,
    quarantined bigint not null,
    superseded bigint not null default 0,
    erased bigint not null default 0,
    expired bigint not null default 0,
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp(),
    published_run_id bigint references ops.run,
    orchestrator_run_id text,
    constraint load_loses_nothing check (rows_in = loaded + duplicate + quarantined),
    constraint load_same_bytes_once unique (source, kind, path, file_hash)
);
comment on table ops.load is 'The ledger: one row per file generation. arrival_day is the logical date of the load and is never re-made.';
comment on column ops.load.published_run_id is 'The first published run that consumed the load; null means pending.';
create index load_pending on ops.load (load_id) where published_run_id is null;
create index load_by_day on ops.load (source, landing_day);

create table ops.run_load (
    run_id bigint not null references ops.run,
    load_id bigint not null references ops.load,
    primary key (run_id, load_id)
);
comment on table ops.run_load is 'The loads that a run of the chain took as its input.';

create table ops.quarantine (
    quarantine_id bigint generated always as identity primary key,
    load_id bigint not null references ops.load,
    file_hash bytea not null,
    line_number bigint not null,
    byte_offset bigint not null,
    reason_code text not null,
    field text,
    hint text not null,
    raw bytea not null,
    status text not null default 'open' check (status in ('open', 'replayed', 'discarded')),
    status_load_id bigint references ops.load,
    status_reason text,
    status_at timestamptz
);
comment on table ops.quarantine is 'Lines that could not be loaded: where they stand, why, and what to do.';
create index quarantine_open on ops.quarantine (load_id, reason_code) where status = 'open';

create table ops.empty_day (
    source text not null,
    day date not null,
    manifest_path text not null,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (source, day)
);
create table ops.closed_day (
    day date primary key,
    because text not null check (because in ('sources', 'backfill', 'command')),
    closed_at timestamptz not null default clock_timestamp()
);
comment on table ops.closed_day is 'Days whose input is complete; as_of is the newest of them.';

create table ops.gate_result (
    run_id bigint not null references ops.run,
    gate text not null,
    suite text not null,
    expectation text not null,
    severity text not null default 'critical',
    success boolean not null,
    checked_at timestamptz not null default clock_timestamp(),
    primary key (run_id, gate, suite, expectation)
);

create table ops.audit (
    audit_id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    db_role text not null default session_user,
    action text not null,
    detail jsonb not null default '{}'
);
comment on table ops.audit is 'Append-only: publish, erase, export, look-ups. Never holds a clear identifier.';

grant usage on schema ops to c360_ingest, c360_identity, c360_transform, c360_offers, c360_publish, c360_export, c360_privacy;
grant select, insert, update on ops.load, ops.quarantine to c360_ingest;
grant select, insert on ops.empty_day, ops.closed_day to c360_ingest;
grant select on ops.load, ops.run, ops.run_load to c360_identity, c360_transform, c360_offers;
grant select on all tables in schema ops to c360_publish, c360_privacy;
grant insert, update on ops.run to c360_publish;
grant insert on ops.run_load to c360_publish;
grant select, update on ops.load to c360_publish;
grant select, insert on ops.empty_day, ops.closed_day to c360_publish;
grant select, insert, update on ops.gate_result to c360_publish;
grant insert on ops.audit to c360_publish, c360_export, c360_privacy;
