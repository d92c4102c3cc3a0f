-- Grain: person × day × channel × scene group: the doors of a day, and what was done behind each.
{{ config(indexes=[{'columns': ['profile_id', 'event_date', 'channel', 'scene_group'], 'unique': true}]) }}

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
    group by profile_id, profile_kind, event_date, channel, scene_group
)

select * from final
