-- Grain: person × live offer that is not in next_best_offer.
{{ config(materialized='view') }}

with final as (
    select
        hold.profile_id,
        held.offer_id,
        reason.stage,
        held.reason_code,
        reason.reason_zh,
        reason.reason_en,
        held.valid_from,
        held.valid_to
    from {{ ref('offer_hold') }} as hold
    cross join
        lateral unnest(hold.offer_ids, hold.reason_codes, hold.valid_froms, hold.valid_tos)
            as held (offer_id, reason_code, valid_from, valid_to)
    inner join {{ ref('offer_reason') }} as reason on held.reason_code = reason.reason_code
)

select * from final
