-- Grain: one invitation of one customer by another.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'referrals'
),

renamed as (
    select
        {{ json_text('referral_id') }} as referral_id,
        {{ json_text('inviter_member_id') }} as inviter_member_id,
        {{ json_text('invitee_member_id') }} as invitee_member_id,
        {{ json_text('campaign_id') }} as campaign_id,
        {{ json_integer('share_depth') }} as share_depth,
        {{ json_time('invited_at') }} as invited_at,
        {{ json_time('converted_at') }} as converted_at,
        {{ json_text('reward_ref') }} as reward_id,
        {{ envelope() }}
    from source
)

select * from renamed
