-- Grain: person × day with a visit, and through which door the day began.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'visit_date'], 'unique': true}, {'columns': ['visit_date']}],
) }}

with final as (
    select distinct on (profile_id, event_date)
        profile_id,
        profile_kind,
        event_date as visit_date,
        channel,
        scene_group
    from {{ ref('int_person_activity') }}
    where visit_event_count > 0 and {{ is_touched('profile_id') }}
    order by profile_id, event_date, first_at, channel, scene_group
)

select * from final
