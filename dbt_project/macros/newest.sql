{# When a record came, and from where: the columns every staging model carries. #}
{% macro envelope() -%}
    source_key,
    content_hash,
    event_at,
    event_day,
    received_at,
    occurred_at,
    identifier_set_id,
    record_id,
    _load_id
{%- endmacro %}

{# The loads this run may see: its own, and those that were published before. #}
{% macro run_loads() -%}
    select load_id from {{ source('ops', 'run_load') }} where run_id = {{ run_id() }}
{%- endmacro %}

{% macro published_loads() -%}
    select load_id from {{ source('ops', 'load') }} where published_run_id is not null
{%- endmacro %}

{# As an array the loads are known before the scan, so that the index on the load finds their few rows. #}
{% macro is_of_loads(loads) -%} _load_id = any(array({{ loads }})) {%- endmacro %}

{# The day up to which earlier runs took records; a literal, because the plan depends on how near it is. #}
{% macro previous_as_of() -%}
    {% if execute -%}
        {% set newest = "select max(as_of)::text from ops.run where status = 'published' and run_id <> " ~ run_id() -%}
        {% set day = run_query(newest).columns[0].values()[0] -%}
        {{ "date '" ~ day ~ "'" if day else 'null::date' }}
    {%- else -%}
        null::date
    {%- endif %}
{%- endmacro %}

{#
The newest record for each key, by a total order, so that neither the order of arrival nor a repetition matters.
The first run reads everything. Later runs read their own loads, and the days that opened since the last publishing
(an open day's records came early and were left out), and compare them with what the table holds.
What is made from everything may be put in the order of a column: a day stirs a few, whose facts are then read together.
#}
{% macro newest(staged, keys, together_by=none) %}
with incoming as (
    select *
    from {{ staged }}
    where occurred_at < {{ as_of_end() }}
    {%- if is_incremental() %}
        and {{ is_of_loads(run_loads()) }}
    union all
    select *
    from {{ staged }}
    where occurred_at < {{ as_of_end() }}
        and event_day > {{ previous_as_of() }}
        and _load_id in ({{ published_loads() }})
    {%- else %}
        and _load_id in (
            {{ run_loads() }}
            union all
            {{ published_loads() }}
        )
    {%- endif %}
),

candidates as (
    select * from incoming
    {%- if is_incremental() %}
    union all
    select known.*
    from {{ this }} as known
    where ({{ keys | join(', ') }}) in (select {{ keys | join(', ') }} from incoming)
    {%- endif %}
),

final as (
    select distinct on ({{ keys | join(', ') }}) *
    from candidates
    where ({{ keys | join(', ') }}) is not null
    order by {{ keys | join(', ') }}, event_at desc, received_at desc nulls last, content_hash desc, record_id desc
)

select * from final
{%- if together_by and not is_incremental() %}
order by {{ together_by }}
{%- endif %}
{% endmacro %}
