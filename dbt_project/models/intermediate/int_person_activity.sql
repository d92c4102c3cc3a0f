-- Grain: as int_activity, for the rows that belong to a person of kind known or anonymous.
{{ config(materialized='view') }}

with final as (
    select
        map.profile_id,
        map.profile_kind,
        activity.*
    from {{ ref('int_activity') }} as activity
    inner join {{ ref('int_actor_profile') }} as map on activity.identifier_set_id = map.identifier_set_id
    where map.profile_kind in ('known', 'anonymous')
)

select * from final
