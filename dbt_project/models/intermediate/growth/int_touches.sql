-- Grain: one touch of a known person by the brand: a door of a day, or a clicked message.
{{ config(materialized='ephemeral') }}

with final as (
    select
        profile_id,
        channel,
        scene_group,
        first_at as touched_at,
        '' as touch_key
    from {{ ref('int_person_doors') }}
    where visit_event_count > 0 and profile_kind = 'known'
    union all
    select
        profile_id,
        channel,
        'contact' as scene_group,
        clicked_at as touched_at,
        message_id as touch_key
    from {{ ref('int_person_messages') }}
    where clicked_at is not null
)

select * from final
