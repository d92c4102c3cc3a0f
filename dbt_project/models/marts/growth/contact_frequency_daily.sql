-- Grain: day of sending × channel × how many messages the person had in the seven days before.
{% set inputs = ['messages'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('sent_date', ['messages'], 8) }}",
) }}

with final as (
    select
        sent_date,
        channel,
        {{ growth_contact_band('contacts_before') }} as contacts_before,
        count(*)::integer as sent_count,
        count(delivered_at)::integer as delivered_count,
        count(opened_at)::integer as opened_count,
        count(clicked_at)::integer as clicked_count,
        count(rejected_at)::integer as rejected_count,
        {{ rate('count(opened_at)', 'count(*)') }} as response_rate,
        {{ rate('count(rejected_at)', 'count(*)') }} as rejection_rate
    from {{ ref('int_person_messages') }}
    where
        contact_class <> 'service'
        and {{ growth_is_touched('sent_date', inputs, 8) }}
    group by 1, 2, 3
)

select * from final
