-- Grain: person × live offer without an obstacle, decided: `rank` of what may be sent, else `reason_code`.
-- Rank 1 has the place, ranks 2 to 5 are what else may be sent instead, best first; who is tried something
-- gets that alone.
{{ config(indexes=[{'columns': ['profile_id', 'offer_id'], 'unique': true}]) }}

with compared as (
    select
        *,
        max(expected_value_fen) filter (where has_place) over (partition by profile_id) as placed_value,
        row_number() over (
            partition by profile_id, reason_code is null order by expected_value_fen desc, offer_id asc
        ) as net_rank
    from {{ ref('int_offer_charge') }}
),

judged as (
    select
        *,
        case
            when reason_code is not null or has_place then reason_code
            when tried_rank is not null then 'explored'
            when
                expected_value_fen <= 0 or placed_value is null or expected_value_fen > placed_value
                then 'stock'
        end as verdict,
        is_fallback
        and placed_value is null
        and reason_code in ('generic', 'outranked', 'group_limit') as is_spare
    from compared
),

ranked as (
    select
        *,
        row_number() over (
            partition by profile_id, verdict is null
            order by has_place desc, expected_value_fen desc, offer_id asc
        ) as place_rank,
        row_number() over (
            partition by profile_id, is_spare
            order by md5({{ decided_week() }}::text || offer_id) asc, offer_id asc
        ) as spare_rank
    from judged
),

final as (
    select
        profile_id,
        offer_id,
        offer_number,
        channel,
        has_opted_out,
        has_place,
        tried_rank,
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
        lift,
        model_version,
        case
            when verdict is null then place_rank
            when is_spare and spare_rank = 1 then 0
        end::smallint as rank,
        case
            when verdict is null or (is_spare and spare_rank = 1) then null
            when verdict = 'generic' then 'outranked'
            else verdict
        end as reason_code,
        case
            when is_spare then 'fallback'
            when tried_rank is not null then 'explore'
            else 'treat'
        end as arm,
        round(
            case
                when is_spare then 1
                else
                    {{ var('exploration_share') }}::numeric / least(greatest(list_length, 1), 5)
                    + case
                        when (tried_rank is null and has_place) or (tried_rank is not null and net_rank = 1)
                            then 1 - {{ var('exploration_share') }}
                        else 0
                    end
            end, 6
        ) as p_logged
    from ranked
)

select * from final
