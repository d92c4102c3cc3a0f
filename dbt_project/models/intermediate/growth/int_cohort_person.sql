-- Grain: activity × known person: the first day of visiting or ordering, and in which periods after it
-- there was more. A period's bit in the mask: macro growth_followed_periods. Only touched persons are
-- looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'activity'], 'unique': true}],
) }}

with visits as (
    select
        profile_id,
        visit_date as on_date,
        first_value(visit_date) over person as first_date,
        first_value(channel) over person as channel,
        first_value(scene_group) over person as scene_group
    from {{ ref('int_visit_days') }}
    where profile_kind = 'known' and {{ is_touched('profile_id') }}
    window person as (partition by profile_id order by visit_date)
),

orders as (
    select
        profile_id,
        order_date as on_date,
        first_value(order_date) over person as first_date,
        first_value(channel) over person as channel,
        first_value(scene_group) over person as scene_group
    from {{ ref('int_person_orders') }}
    where {{ is_touched('profile_id') }}
    window person as (partition by profile_id order by order_date, order_at, order_id)
),

-- What is of the first day is the same in all rows of a person, so that its least is it, too.
final as (
    {% for activity, days in [('visit', 'visits'), ('order', 'orders')] %}
        select
            profile_id,
            '{{ activity }}' as activity,
            min(first_date) as first_date,
            min(channel) as channel,
            min(scene_group) as scene_group,
            bit_or({{ growth_period_bits('on_date', 'first_date') }}) as mask
        from {{ days }}
        group by profile_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
