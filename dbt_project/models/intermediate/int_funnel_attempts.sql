-- Grain: one attempt of a person in a channel.
-- An opening event starts one when none is open; paying or 24 hours end it.
-- Only touched persons are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'channel', 'opened_at'], 'unique': true}],
) }}

with recursive attempts as (
    (
        select
            {{ attempt_columns() }}
        from (
            select distinct on (profile_id, channel) *
            from {{ ref('int_funnel_steps') }}
            where step = 1 and {{ is_touched('profile_id') }}
            order by profile_id, channel, occurred_at, source_key
        ) as opening
        {{ attempt_steps() }}
    )
    union all
    (
        select
            {{ attempt_columns() }}
        from attempts
        inner join lateral (
            select steps.*
            from {{ ref('int_funnel_steps') }} as steps
            where
                steps.profile_id = attempts.profile_id
                and steps.channel = attempts.channel
                and steps.step = 1
                and steps.occurred_at > {{ attempt_end('attempts') }}
            order by steps.occurred_at, steps.source_key
            limit 1
        ) as opening on true
        {{ attempt_steps() }}
    )
),

final as (
    select
        attempts.*,
        exists(
            select
            from {{ ref('int_funnel_steps') }} as wall
            where
                wall.profile_id = attempts.profile_id
                and wall.channel = attempts.channel
                and wall.step = 0
                and wall.occurred_at >= attempts.opened_at
                and wall.occurred_at <= {{ attempt_end('attempts') }}
        ) as has_login_wall
    from attempts
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
