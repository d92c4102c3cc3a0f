{# A window that was written anew dropped rows from raw: the facts of its older versions go with them. #}
{% macro forget_superseded() -%}
    with older as (
        select older.load_id
        from {{ source('ops', 'run_load') }} as run_load
        inner join {{ source('ops', 'load') }} as newer on run_load.load_id = newer.load_id
        inner join {{ source('ops', 'load') }} as older
            on newer.source = older.source and newer.kind = older.kind and newer.path = older.path
        where
            run_load.run_id = {{ run_id() }}
            and older.load_id < newer.load_id
            and older.superseded > 0
    ),

    kept as (
        select record_id
        from {{ source('raw', 'record') }}
        where {{ is_of_loads('select load_id from older') }}
    )

    delete from {{ this }} as fact
    where
        fact.{{ is_of_loads('select load_id from older') }}
        and not exists (select from kept where kept.record_id = fact.record_id)
{%- endmacro %}

{# Days whose facts a rewritten window may have taken away; a window's own day may reach into its neighbours. #}
{% macro rewritten_days() -%}
    select newer.landing_day + step.days as event_day
    from {{ source('ops', 'run_load') }} as run_load
    inner join {{ source('ops', 'load') }} as newer on run_load.load_id = newer.load_id
    inner join {{ source('ops', 'load') }} as older
        on newer.source = older.source and newer.kind = older.kind and newer.path = older.path
    cross join (values (-1), (0), (1)) as step (days)
    where
        run_load.run_id = {{ run_id() }}
        and older.load_id < newer.load_id
        and older.superseded > 0
{%- endmacro %}
