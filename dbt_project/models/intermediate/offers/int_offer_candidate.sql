-- Grain: person × live offer without an obstacle, by its best channel, with its place in the person's list
-- (best first, two of a group) or why it has none. Without `offset 0` lift and values are written anew often;
-- arrays of affinities spare a join of pairs.
{% set value = best_value('has_opted_out') -%}
with affinities as (
    select
        profile_id,
        array_agg(offer_number) as offer_numbers,
        array_agg(basket_count) as basket_counts,
        array_agg(redemption_count) as redemption_counts
    from {{ ref('int_offer_affinity') }}
    group by profile_id
),

persons as materialized (
    select
        persons.*,
        obstacle.candidates,
        case when not persons.has_opted_out then affinities.offer_numbers end as known_offers,
        affinities.basket_counts,
        affinities.redemption_counts,
        {{ tried_draw('persons.profile_id') }} as tried_draw
    from {{ ref('int_offer_person') }} as persons
    inner join {{ ref('int_offer_obstacle') }} as obstacle on persons.profile_id = obstacle.profile_id
    left join affinities on persons.profile_id = affinities.profile_id
    where obstacle.candidates is not null
),

lifted as (
    select
        persons.profile_id,
        persons.has_opted_out,
        persons.free_bits & offers.route_bits as route_bits,
        persons.official_account_slots,
        persons.response_factor,
        persons.tried_draw,
        offers.offer_number,
        offers.offer_id,
        offers.offer_group,
        offers.value_fen,
        offers.redemption_cost_fen,
        offers.lever,
        offers.is_fallback,
        coalesce(affinity.basket_count, 0) as basket_count,
        coalesce(affinity.redemption_count, 0) as redemption_count,
        {{ offer_lift('affinity', 'offers', 'persons.order_count') }} as lift
    from persons
    cross join lateral unnest(persons.candidates) as candidate (offer_number)
    inner join {{ ref('int_offer_popularity') }} as offers on candidate.offer_number = offers.offer_number
    cross join lateral (values (array_position(persons.known_offers, offers.offer_number))) as known (place)
    cross join
        lateral (values (persons.basket_counts[known.place], persons.redemption_counts[known.place]))
            as affinity (basket_count, redemption_count)
    order by persons.profile_id asc
    offset 0
),

valued as (
    select
        lifted.*,
        {{ channel_values('tariff', 'lifted') }}
    from lifted
    cross join {{ ref('int_offer_tariff') }} as tariff
    order by lifted.profile_id asc
    offset 0
),

in_group as (
    select
        *,
        {{ value }} as value_before_prices,
        {{ channel_of_value(value) }} as channel_number,
        row_number() over (
            partition by profile_id, offer_group, {{ value }} > 0 order by {{ value }} desc, offer_id asc
        ) as group_rank
    from valued
),

listed as (
    select
        *,
        row_number() over (
            partition by profile_id, value_before_prices > 0 and group_rank <= 2
            order by value_before_prices desc, offer_id asc
        )::smallint as list_rank,
        count(*) filter (where value_before_prices > 0 and group_rank <= 2)
            over (partition by profile_id) as list_length
    from in_group
),

final as (
    select
        listed.profile_id,
        listed.offer_number,
        listed.offer_id,
        {{ channel_name() }} as channel,
        listed.is_fallback,
        {{ probability(of_channel('rate') ~ ' * listed.lift * listed.response_factor') }} as p_convert,
        listed.value_fen,
        listed.redemption_cost_fen,
        {{ of_channel('cost') }} as send_cost_fen,
        {{ slot_reserve(channel_name(), of_channel('reserve'), 'official_account_slots') }} as reserve_fen,
        listed.lever,
        listed.value_before_prices,
        listed.basket_count,
        listed.redemption_count,
        listed.list_rank,
        listed.list_length,
        case
            when listed.has_opted_out then 'generic'
            when listed.value_before_prices <= 0 then 'not_worth_sending'
            when listed.group_rank > 2 then 'group_limit'
            when listed.list_rank > 5 then 'outranked'
        end as reason_code,
        (1 + floor(listed.tried_draw * least(listed.list_length, 5)))::smallint as tried_rank
    from listed
    cross join {{ ref('int_offer_tariff') }} as tariff
)

select * from final
