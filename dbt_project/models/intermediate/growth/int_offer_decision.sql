-- Grain: one decision on an offer that was published, of the person as known today.
-- What is kept back for comparison has neither channel nor rank: `none` and -1.
{{ config(materialized='view') }}

with final as (
    select
        log.decision_id,
        coalesce(redirect.profile_id, log.profile_id) as profile_id,
        log.offer_id,
        coalesce(log.channel, 'none') as channel,
        log.arm,
        coalesce(log.rank, -1)::smallint as rank,
        log.decided_on
    from {{ source('offers', 'decision_log') }} as log
    inner join {{ source('ops', 'run') }} as run on log.run_id = run.run_id and run.status = 'published'
    left join {{ source('identity', 'redirect') }} as redirect on log.profile_id = redirect.old_profile_id
    where log.decided_on <= {{ as_of() }}
)

select * from final
