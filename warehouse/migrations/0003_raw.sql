create sequence raw.record_id_seq;

create table raw.record (
    record_id bigint not null default nextval('raw.record_id_seq'),
    source text not null,
    kind text not null,
    source_key text not null,
    content_hash uuid not null,
    event_at timestamptz not null,
    event_day date not null,
    received_at timestamptz,
    occurred_at timestamptz not null,
    event_name text,
    account_id text,
    observation_kind text not null default 'seen',
    identifier_set_id bigint,
    body jsonb not null,
    _load_id bigint not null,
    _line_number bigint not null,
    unique (event_day, source, kind, source_key, content_hash)
) partition by list (source);

comment on table raw.record is 'Every loaded line of every source, once. 每一行原始数据，恰好一次';
comment on column raw.record.source_key is 'The source''s own key of the record, by the contract.';
comment on column raw.record.content_hash is 'First 128 bits of the hash of the body without the contract''s transport fields.';
comment on column raw.record.event_at is 'The time the source claims.';
comment on column raw.record.event_day is 'Calendar day of event_at in Asia/Shanghai.';
comment on column raw.record.occurred_at is 'event_at, but never after received_at.';
comment on column raw.record.account_id is 'appid, web property or shop the record belongs to.';
comment on column raw.record.identifier_set_id is 'The identifiers seen together in this record; null when there was none.';
comment on column raw.record.body is 'The whole record as JSON.';
create index record_load on raw.record (_load_id, kind);
create index record_id on raw.record (record_id);

create table raw.mini_program partition of raw.record for values in ('mini_program') partition by range (event_day);
create table raw.official_account partition of raw.record for values in ('official_account') partition by range (event_day);
create table raw.app partition of raw.record for values in ('app') partition by range (event_day);
create table raw.web partition of raw.record for values in ('web') partition by range (event_day);
create table raw.commerce partition of raw.record for values in ('commerce') partition by range (event_day);
create table raw.mini_program_default partition of raw.mini_program default;
create table raw.official_account_default partition of raw.official_account default;
create table raw.app_default partition of raw.app default;
create table raw.web_default partition of raw.web default;
create table raw.commerce_default partition of raw.commerce default;

-- The loader may not create tables, yet needs the months it loads: this is the one door.
create function raw.ensure_month(p_source text, p_day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    month_start date := date_trunc('month', p_day)::date;
    partition_name text := format('%s_%s', p_source, to_char(p_day, 'YYYYMM'));
begin
    if p_source not in ('mini_program', 'official_account', 'app', 'web', 'commerce') then
        raise exception 'unknown source';
    end if;
    if p_day not between date '2000-01-01' and date '2099-12-31' then
        return;  -- impossible days live in the default partition
    end if;
    if to_regclass(format('raw.%I', partition_name)) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('raw.ensure_month', 0));
    -- Asked of the catalogue itself: to_regclass may still remember the answer from before the lock.
    if not exists (
        select from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = 'raw' and c.relname = partition_name
    ) then
        execute format(
            'create table raw.%I partition of raw.%I for values from (%L) to (%L)',
            partition_name, p_source, month_start, (month_start + interval '1 month')::date
        );
    end if;
end
$$;
revoke all on function raw.ensure_month(text, date) from public;
grant execute on function raw.ensure_month(text, date) to c360_ingest;

grant usage on sequence raw.record_id_seq to c360_ingest;
grant select, insert, delete on raw.record to c360_ingest;
grant select on raw.record to c360_identity, c360_transform, c360_privacy, c360_publish;
grant usage on schema raw to c360_publish;
