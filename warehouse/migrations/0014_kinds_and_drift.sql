-- What contracts say that people and gates ask the database about, and what lines hold beyond them.
create table ops.kind (
    source text not null,
    kind text not null,
    contract_version integer not null,
    cadence text not null check (cadence in ('daily', 'monthly', 'irregular')),
    primary key (source, kind)
);
comment on table ops.kind is 'Kinds that have been loaded, with the cadence and version of their contract. 数据种类及其约定频率';

create table ops.unknown_field (
    load_id bigint not null references ops.load,
    field text not null,
    rows bigint not null check (rows > 0),
    primary key (load_id, field)
);
comment on table ops.unknown_field is
'Fields of loaded rows that their contract does not name: path and count, never a value. 契约之外的字段';

create view ops.drift as
select
    l.source,
    l.kind,
    u.field,
    min(u.load_id) as first_load_id,
    max(u.load_id) as last_load_id,
    min(l.landing_day) as first_day,
    sum(u.rows)::bigint as rows
from ops.unknown_field as u
inner join ops.load as l using (load_id)
group by l.source, l.kind, u.field;
comment on view ops.drift is 'Unknown fields by kind: the load that brought each first, and in how many rows it is.';

create view ops.late_kind as
select
    k.source,
    k.kind,
    k.cadence,
    d.newest_day,
    t.today - d.newest_day as days_silent
from ops.kind as k
cross join lateral (
    select max(l.landing_day) as newest_day from ops.load as l
    where l.source = k.source and l.kind = k.kind
) as d
cross join lateral (
    select max(l.landing_day) as today from ops.load as l
) as t
where t.today - d.newest_day > case k.cadence when 'daily' then 1 when 'monthly' then 32 end;
comment on view ops.late_kind is
'Kinds that are silent for longer than their cadence allows, by the newest day that anything landed for. 逾期未到的数据';

grant select, insert, update on ops.kind to c360_ingest;
grant select, insert, delete on ops.unknown_field to c360_ingest;
grant select on ops.drift, ops.late_kind to c360_ingest;
grant select on ops.kind, ops.unknown_field, ops.drift, ops.late_kind to c360_publish, c360_privacy;

-- A window that is written anew may come back to bytes it had before: then they count again.
alter table ops.load add column is_rewrite boolean not null default false;
comment on column ops.load.is_rewrite is 'The bytes were loaded from this path before, and another version came between.';
alter table ops.load drop constraint load_same_bytes_once;
create unique index load_same_bytes_once on ops.load (source, kind, path, file_hash) where not is_rewrite;
create unique index load_generation on ops.load (source, kind, path, generation);
