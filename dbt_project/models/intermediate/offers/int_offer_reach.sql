-- Grain: reachable known person: the sets of routes that reach, that are agreed to, and that no rule blocks.
{{ config(materialized='view') }}

with templates as (
    select
        grants.profile_id,
        bit_or(template.template_bit) as bits
    from {{ ref('int_subscription_grants') }} as grants
    inner join {{ ref('int_offer_live') }} as template on grants.template_id = template.template_id
    group by grants.profile_id
),

routes as (
    select
        channels.profile_id,
        channels.channel,
        case
            when channels.channel = 'mp_subscribe' then coalesce(templates.bits, 0)
            else 1::bigint << contact_channel.channel_number::integer
        end as bits,
        channels.is_consented,
        channels.consent_decided_at,
        state.blocked_from,
        state.blocked_until,
        state.slots_left
    from {{ ref('int_person_channels') }} as channels
    inner join {{ ref('contact_channel') }} as contact_channel on channels.channel = contact_channel.channel
    left join {{ ref('contact_state') }} as state
        on channels.profile_id = state.profile_id and channels.channel = state.channel
    left join templates on channels.profile_id = templates.profile_id
    where channels.is_reachable
),

final as (
    select
        profile_id,
        bool_or(channel = 'official_account') as is_follower,
        bit_or(bits) as reach_bits,
        coalesce(bit_or(bits) filter (where is_consented), 0) as open_bits,
        coalesce(bit_or(bits) filter (where is_consented and blocked_until is null), 0) as free_bits,
        coalesce(max(slots_left) filter (where channel = 'official_account'), 4) as official_account_slots,
        max(consent_decided_at) as consent_decided_at,
        min(blocked_from) as blocked_from,
        min(blocked_until) as blocked_until
    from routes
    group by profile_id
)

select * from final
