{#
Tables of persons that change only when the person does are made anew for the touched persons alone, in one transaction:
first their rows go, then their new rows come.
#}
{% macro forget_touched() -%}
    {% set touched = ref('int_touched_profile') -%}
    {% if is_incremental() -%}
    delete from {{ this }} where profile_id in (select touched.profile_id from {{ touched }} as touched)
    {%- endif %}
{%- endmacro %}

{# Whether a row is of a person that is made anew. The first run makes everybody. #}
{% macro is_touched(profile_id) -%}
    {% set touched = ref('int_touched_profile') -%}
    {% if is_incremental() -%}
        {{ profile_id }} in (select touched.profile_id from {{ touched }} as touched)
    {%- else -%}
        true
    {%- endif %}
{%- endmacro %}

{# A new rule touches everybody: the transform says whether the project is the one that built what is there. #}
{% macro is_new_project() -%} {{ return(run_value('C360_DBT_IS_NEW_PROJECT', '1') == '1') }} {%- endmacro %}

{# A table of this schema as the last run left it, without depending on it; nothing before the first run. #}
{% macro as_it_was(name) -%}
    {{ return(adapter.get_relation(this.database, this.schema, name) if execute else none) }}
{%- endmacro %}

{# Touches stay on the list until a run that saw them is published, so that a run that failed loses none. #}
{% macro forget_published_touches() -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where run_id <= (select coalesce(max(run_id), 0) from {{ source('ops', 'run') }} where status = 'published')
    {%- endif %}
{%- endmacro %}

{# Registers are pulled whole each day: that a person is still on a list is nothing the person did. #}
{% macro is_done_by_persons(kind) -%}
    {{ kind }} not in ('members', 'products', 'followers', 'follower_ids', 'tags', 'wecom_contacts')
{%- endmacro %}

{# Orders whose lines, payments or refunds came, or whose products stand elsewhere in the range. #}
{% macro changed_orders(order_lines, payments, refunds, products, products_before) -%}
    {% for changed in [order_lines, payments, refunds] -%}
    select order_id
    from {{ changed }}
    where {{ is_of_loads(run_loads()) }} or event_day > {{ previous_as_of() }}
    union all
    {% endfor -%}
    select bought.order_id
    from {{ order_lines }} as bought
    inner join {{ products }} as products on bought.product_id = products.product_id
    {% if products_before -%}
    left join {{ products_before }} as before on products.product_id = before.product_id
    where (products.category, products.brand) is distinct from (before.category, before.brand)
    {%- endif %}
{%- endmacro %}

{# What persons did: the records of this run's loads, and earlier ones whose day opened. #}
{% macro records_of_this_run(records) -%}
    {% for is_new in [is_of_loads(run_loads()), 'event_day > ' ~ previous_as_of() ~ ' and _load_id in (' ~ published_loads() ~ ')'] -%}
    select
        event_day,
        source,
        kind,
        source_key,
        identifier_set_id
    from {{ records }}
    where {{ is_new }} and {{ is_done_by_persons('kind') }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#
Whose the earlier versions of these records were. They are looked up one by one: few records come in a day, and planned as a
join all of raw would be read for them.
#}
{% macro versions_of(new_records, records) -%}
    select older.identifier_set_id
    from {{ new_records }} as newer
    cross join lateral (
        select record.identifier_set_id
        from {{ records }} as record
        where record.event_day = newer.event_day
            and record.source = newer.source
            and record.kind = newer.kind
            and record.source_key = newer.source_key
        offset 0
    ) as older
{%- endmacro %}
