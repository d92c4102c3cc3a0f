-- Grain: person of int_offer_person: every live offer that may not be sent, with its reason, as arrays of
-- one order.
-- Both ends of each interval are anchors: what began the reason and what ends it, never the day of the run.
with fallen as (
    select
        choice.profile_id,
        array_agg(choice.offer_id order by choice.offer_id) as offer_ids,
        array_agg(choice.reason_code order by choice.offer_id) as reason_codes,
        array_agg(offer.start_at order by choice.offer_id) as valid_froms,
        array_agg(offer.end_at order by choice.offer_id) as valid_tos
    from {{ ref('int_offer_choice') }} as choice
    inner join {{ ref('int_offer_live') }} as offer on choice.offer_id = offer.offer_id
    where choice.reason_code is not null
    group by choice.profile_id
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
)

select * from final
