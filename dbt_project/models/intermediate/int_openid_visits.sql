-- Grain: openid of a mini-program × day with a visit. Counted as WeChat counts: by openid, not by person.
-- Only the days that this run's records touch are counted anew.
{{ config(
    materialized='incremental',
    unique_key='event_day',
    indexes=[{'columns': ['event_day']}, {'columns': ['identifier_id']}],
) }}

with touched_days as (
    select event_day
    from {{ ref('int_events') }}
    where {{ is_of_loads(run_loads()) }}
    union
    select event_day
    from {{ ref('int_events') }}
    where event_day > {{ previous_as_of() }}
    union
    {{ rewritten_days() }}
),

seen_sets as (
    select distinct
        event_day,
        event_date,
        identifier_set_id
    from {{ ref('int_events') }}
    where
        channel = 'mini_program'
        and kind = 'events'
        and scene_group <> 'exclude'
        and {{ is_visit('verb') }}
        and {{ 'event_day in (select touched_days.event_day from touched_days)' if is_incremental()
            else 'true' }}
),

final as (
    select distinct
        seen_sets.event_day,
        seen_sets.event_date as visit_date,
        identifier.scope as appid,
        identifier.identifier_id
    from seen_sets
    inner join {{ source('identity', 'identifier_set') }} as seen
        on seen_sets.identifier_set_id = seen.identifier_set_id
    cross join lateral unnest(seen.identifier_ids) as member (identifier_id) -- noqa: AL05
    inner join {{ source('identity', 'identifier') }} as identifier
        on member.identifier_id = identifier.identifier_id
    where identifier.namespace = 'openid'
)

select * from final
