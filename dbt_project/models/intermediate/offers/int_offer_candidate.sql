-- Grain: person × live offer without an obstacle, by its best channel: the score, the value, the place in
-- the person's list. p_convert: the channel's response rate × lift of the offer × response factor of the
-- person. list_rank 1 to 5 are at most two of a group, best first; `reason_code` says why an offer is not
-- in the list. `is_tried`: drawn at random for a share of persons each week.
{{ config(indexes=[{'columns': ['profile_id', 'offer_id'], 'unique': true}]) }}

with lifted as (
    select
        persons.profile_id,
        persons.has_opted_out,
        persons.free_bits & offers.route_bits as route_bits,
        persons.official_account_slots,
        persons.response_factor,
        persons.model_version,
        offers.offer_number,
        offers.offer_id,
        offers.offer_group,
        offers.is_fallback,
        offers.value_fen,
        offers.redemption_cost_fen,
        offers.lever,
        1.00 as context_weight,
        null::numeric as p_untreated,
        coalesce(affinity.basket_count, 0) as basket_count,
        coalesce(affinity.redemption_count, 0) as redemption_count,
        {{ offer_lift('affinity', 'offers.popularity', 'persons.order_count') }} as lift
    from {{ ref('int_offer_obstacle') }} as obstacle
    inner join {{ ref('int_offer_person') }} as persons on obstacle.profile_id = persons.profile_id
    cross join lateral unnest(obstacle.candidates) as candidate (offer_number)
    inner join {{ ref('int_offer_popularity') }} as offers on candidate.offer_number = offers.offer_number
    left join {{ ref('int_offer_affinity') }} as affinity
        on
            persons.profile_id = affinity.profile_id
            and offers.offer_number = affinity.offer_number
            and not persons.has_opted_out
),

priced as (
    select
        lifted.*,
        best.*
    from lifted
    cross join {{ ref('int_offer_tariff') }} as tariff
    cross join lateral (
        select
            route.channel,
            route.p_convert,
            route.send_cost_fen,
            route.reserve_fen,
            {{ expected_value_fen('route.p_convert', 'route.send_cost_fen', '0', 'route.reserve_fen') }}
                as value_before_prices
        from (
            {{ route_values('tariff', 'lifted') }}
        ) as route (channel, channel_number, p_convert, send_cost_fen, reserve_fen)
        where
            case
                when route.channel_number = 0 then lifted.route_bits >> 8 <> 0
                else lifted.route_bits >> route.channel_number & 1 = 1
            end
        order by
            case
                when lifted.has_opted_out then 0 else {{ expected_value_fen(
                    'route.p_convert', 'route.send_cost_fen', '0', 'route.reserve_fen'
                ) }}
            end desc,
            route.channel_number asc
        limit 1
    ) as best
),

in_group as (
    select
        *,
        row_number() over (
            partition by profile_id, offer_group, value_before_prices > 0
            order by value_before_prices desc, offer_id asc
        ) as group_rank
    from priced
),

listed as (
    select
        *,
        row_number() over (
            partition by profile_id, value_before_prices > 0 and group_rank <= 2
            order by value_before_prices desc, offer_id asc
        )::smallint as list_rank,
        count(*) filter (where value_before_prices > 0 and group_rank <= 2)
            over (partition by profile_id)
            as list_length
    from in_group
),

final as (
    select
        *,
        case
            when has_opted_out then 'generic'
            when value_before_prices <= 0 then 'not_worth_sending'
            when group_rank > 2 then 'group_limit'
            when list_rank > 5 then 'outranked'
        end as reason_code,
        case
            when
                {{ drawn("'explore:" ~ "' || " ~ decided_week(), 'profile_id') }}
                < {{ var('exploration_share') }}
                then
                    1
                    + floor(
                        {{ drawn("'pick:" ~ "' || " ~ decided_week(), 'profile_id') }} * least(list_length, 5)
                    )
        end::smallint as tried_rank
    from listed
)

select * from final
