-- Grain: one invitation, as done by whom the register of members has under the inviter's id.
-- Who invited whom is no evidence of identity, so the record itself names nobody.
{{ config(materialized='ephemeral') }}

with final as (
    select
        referrals.referral_id,
        referrals.invited_at,
        referrals.converted_at,
        referrals.event_at,
        members.identifier_set_id
    from {{ ref('int_referrals') }} as referrals
    inner join {{ ref('int_members') }} as members on referrals.inviter_member_id = members.member_id
)

select * from final
