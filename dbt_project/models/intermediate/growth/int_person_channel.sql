-- Grain: known person × channel: since when the person came, and whether anything was looked for there.
-- Only touched persons are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'channel'], 'unique': true}],
) }}

with final as (
    select
        profile_id,
        channel,
        min(first_at) filter (where visit_event_count > 0) as first_at,
        bool_or(visit_event_count > 0) as has_visited,
        bool_or(search_count > 0) as has_searched,
        bool_or(search_count = 0 and product_view_count > 0) as has_browsed
    from {{ ref('int_person_doors') }}
    where profile_kind = 'known' and {{ is_touched('profile_id') }}
    group by profile_id, channel
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
