-- Grain: person × day × channel × scene group: the doors of a day, and what was done behind each.
-- Only touched persons are rolled up anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'event_date', 'channel', 'scene_group'], 'unique': true}],
) }}

with final as (
    select
        profile_id,
        profile_kind,
        event_date,
        channel,
        scene_group,
        min(first_at) filter (where visit_event_count > 0) as first_at,
        sum(event_count)::integer as event_count,
        sum(visit_event_count)::integer as visit_event_count,
        sum(product_view_count)::integer as product_view_count,
        sum(search_count)::integer as search_count,
        sum(share_count)::integer as share_count,
        sum(launch_count)::integer as launch_count
    from {{ ref('int_person_activity') }}
    where {{ is_touched('profile_id') }}
    group by profile_id, profile_kind, event_date, channel, scene_group
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
