-- The publish gate asks of every mart: how many rows, and which columns lost values that were published before?
-- One pass over each table, whatever its columns are called; only rows that both sides hold are compared, so a
-- growing population changes nothing.
create function ops.compare_with_mart(p_table text)
returns table (column_name text, build_rows bigint, mart_rows bigint, common_rows bigint, newly_empty_share double precision)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    build_oid oid := to_regclass(format('build.%I', p_table));
    mart_oid oid := to_regclass(format('mart.%I', p_table));
    key_columns text[];
    value_columns text[];
    newly_empty bigint[];
begin
    select array_agg(a.attname::text) into key_columns
    from pg_index as i
    inner join pg_attribute as a on i.indrelid = a.attrelid and a.attnum = any(i.indkey)
    where i.indrelid = mart_oid and i.indisprimary;

    select array_agg(m.attname::text order by m.attnum) into value_columns
    from pg_attribute as m
    inner join pg_attribute as b on b.attrelid = build_oid and b.attname = m.attname and not b.attisdropped
    where m.attrelid = mart_oid and m.attnum > 0 and not m.attisdropped and m.attname <> all(key_columns);

    if key_columns is null or build_oid is null then
        return;
    end if;

    execute format(
        'select (select count(*) from build.%1$I), (select count(*) from mart.%1$I), count(*), array[%2$s]::bigint[]'
        ' from mart.%1$I as m inner join build.%1$I as b using (%3$s)',
        p_table,
        (select string_agg(format('count(m.%1$I) - count(b.%1$I)', c), ', ' order by n)
         from unnest(value_columns) with ordinality as v (c, n)),
        (select string_agg(format('%I', k), ', ') from unnest(key_columns) as k)
    ) into build_rows, mart_rows, common_rows, newly_empty;

    for n in 1 .. greatest(cardinality(value_columns), 1) loop
        column_name := value_columns[n];
        newly_empty_share := newly_empty[n]::double precision / nullif(common_rows, 0);
        return next;
    end loop;
end
$$;
comment on function ops.compare_with_mart(text) is
    'Rows and newly empty columns of build.<table> against what mart.<table> holds; nothing when either is missing.';
revoke all on function ops.compare_with_mart(text) from public;
grant execute on function ops.compare_with_mart(text) to c360_publish;
