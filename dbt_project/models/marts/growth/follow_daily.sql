-- Grain: day × account channel × source: who followed the official account or added staff in WeCom,
-- and who left.
{% set inputs = ['interactions', 'follows'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('stat_date', ['interactions', 'follows']) }}",
) }}

with changes as (
    select
        on_date as stat_date,
        'wecom' as channel,
        coalesce(topic, 'none') as follow_source,
        case
            when action = 'add_external_contact' then 1
            when action in ('del_external_contact', 'del_follow_user') then -1
        end as change
    from {{ ref('int_interactions') }}
    where interaction_kind = 'wecom'
    union all
    select
        event_date as stat_date,
        channel,
        'none' as follow_source,
        case verb when 'follow' then 1 when 'unfollow' then -1 end as change
    from {{ ref('int_events') }}
    where channel = 'official_account' and verb in ('follow', 'unfollow')
),

final as (
    select
        stat_date,
        channel,
        follow_source,
        (count(*) filter (where change = 1))::integer as gained_count,
        (count(*) filter (where change = -1))::integer as lost_count,
        sum(change)::integer as net_count
    from changes
    where
        change is not null
        and {{ growth_is_touched('stat_date', inputs) }}
    group by stat_date, channel, follow_source
)

select * from final
