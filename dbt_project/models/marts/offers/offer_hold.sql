-- Grain: person of int_offer_person: every live offer that may not be sent, with its reason, as arrays of
-- one order.
-- Both ends of each interval are anchors: what began the reason and what ends it, never the day of the run.
-- In the order of the key, which rows of any order take twice as long to enter.
with unlisted as (
    select
        candidate.profile_id,
        candidate.offer_id,
        case candidate.reason_code when 'generic' then 'outranked' else candidate.reason_code end
            as reason_code
    from {{ ref('int_offer_candidate') }} as candidate
    left join {{ ref('int_offer_choice') }} as sent
        on
            candidate.profile_id = sent.profile_id
            and candidate.offer_id = sent.offer_id
            and sent.rank = 0
    where candidate.reason_code is not null and sent.profile_id is null
    union all
    select
        profile_id,
        offer_id,
        reason_code
    from {{ ref('int_offer_choice') }}
    where reason_code is not null
),

fallen as (
    select
        unlisted.profile_id,
        array_agg(unlisted.offer_id order by unlisted.offer_id) as offer_ids,
        array_agg(unlisted.reason_code order by unlisted.offer_id) as reason_codes,
        array_agg(offer.start_at order by unlisted.offer_id) as valid_froms,
        array_agg(offer.end_at order by unlisted.offer_id) as valid_tos
    from unlisted
    inner join {{ ref('int_offer_live') }} as offer on unlisted.offer_id = offer.offer_id
    group by unlisted.profile_id
),

final as (
    select
        obstacle.profile_id,
        coalesce(obstacle.offer_ids, '{}') || coalesce(fallen.offer_ids, '{}') as offer_ids,
        coalesce(obstacle.reason_codes, '{}') || coalesce(fallen.reason_codes, '{}') as reason_codes,
        coalesce(obstacle.valid_froms, '{}') || coalesce(fallen.valid_froms, '{}') as valid_froms,
        coalesce(obstacle.valid_tos, '{}') || coalesce(fallen.valid_tos, '{}') as valid_tos
    from {{ ref('int_offer_obstacle') }} as obstacle
    left join fallen on obstacle.profile_id = fallen.profile_id
    where obstacle.offer_ids is not null or fallen.profile_id is not null
    order by obstacle.profile_id asc
)

select * from final
