-- A source is known by its contract; its partition is made when its first file comes.
create function raw.ensure_source(p_source text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if p_source !~ '^[a-z][a-z0-9_]{0,39}$' then
        raise exception 'no name of a source';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('raw.ensure_month', 0));
    if exists (
        select from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        inner join pg_namespace as n on c.relnamespace = n.oid
        where i.inhparent = 'raw.record'::regclass and n.nspname = 'raw' and c.relname = p_source
    ) then
        return;
    end if;
    execute format(
        'create table raw.%I partition of raw.record for values in (%L) partition by range (event_day)',
        p_source, p_source
    );
    execute format('create table raw.%I partition of raw.%I default', p_source || '_default', p_source);
end
$$;
comment on function raw.ensure_source(text) is 'Makes the partition of a source; the name of another table of raw is refused.';
revoke all on function raw.ensure_source(text) from public;

create or replace function raw.ensure_month(p_source text, p_day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    month_start date := date_trunc('month', p_day)::date;
    partition_name text := format('%s_%s', p_source, to_char(p_day, 'YYYYMM'));
begin
    if to_regclass(format('raw.%I', p_source || '_default')) is null then
        perform raw.ensure_source(p_source);
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
