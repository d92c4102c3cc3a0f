-- Grain: person × offer of the person's list, or what is sent instead: `rank` of what may be sent, else
-- `reason_code`. What never came into a list stays where it fell, in int_offer_candidate.
-- Rank 1 has the place, ranks 2 to 5 are what else may be sent instead, best first; who is tried something
-- gets that alone. Rank 0, for who has no place, is a fallback that is drawn for all alike each week.
with compared as (
    select
        *,
        max(expected_value_fen) filter (where has_place) over (partition by profile_id) as placed_value,
        row_number() over (partition by profile_id order by expected_value_fen desc, offer_id asc) as net_rank
    from {{ ref('int_offer_charge') }}
),

judged as (
    select
        *,
        case
            when has_place then null
            when tried_rank is not null then 'explored'
            when
                expected_value_fen <= 0 or placed_value is null or expected_value_fen > placed_value
                then 'stock'
        end as verdict
    from compared
),

ranked as (
    select
        *,
        case
            when verdict is null
                then row_number() over (
                    partition by profile_id, verdict is null
                    order by has_place desc, expected_value_fen desc, offer_id asc
                )
        end::smallint as rank,
        round(
            {{ var('exploration_share') }}::numeric / least(greatest(list_length, 1), 5)
            + case
                when (tried_rank is null and has_place) or (tried_rank is not null and net_rank = 1)
                    then 1 - {{ var('exploration_share') }}
                else 0
            end, 6
        ) as p_logged
    from judged
),

spare as (
    select distinct on (candidate.profile_id) candidate.*
    from {{ ref('int_offer_candidate') }} as candidate
    left join {{ ref('int_offer_place') }} as place on candidate.profile_id = place.profile_id
    where
        candidate.is_fallback
        and candidate.reason_code in ('generic', 'outranked', 'group_limit')
        and place.profile_id is null
    order by
        candidate.profile_id asc,
        md5({{ decided_week() }}::text || candidate.offer_id) asc,
        candidate.offer_id asc
),

final as (
    select
        profile_id,
        offer_id,
        channel,
        has_place,
        p_convert,
        p_untreated,
        value_fen,
        redemption_cost_fen,
        send_cost_fen,
        context_weight,
        lever,
        stock_price_fen,
        slot_price_fen,
        expected_value_fen,
        basket_count,
        redemption_count,
        rank,
        verdict as reason_code,
        case when tried_rank is not null then 'explore' else 'treat' end as arm,
        p_logged
    from ranked
    union all
    select
        profile_id,
        offer_id,
        channel,
        false as has_place,
        null as p_convert,
        null as p_untreated,
        value_fen,
        redemption_cost_fen,
        send_cost_fen,
        1.00 as context_weight,
        lever,
        null as stock_price_fen,
        null as slot_price_fen,
        null as expected_value_fen,
        basket_count,
        redemption_count,
        0::smallint as rank,
        null as reason_code,
        'fallback' as arm,
        1 as p_logged
    from spare
)

select * from final
