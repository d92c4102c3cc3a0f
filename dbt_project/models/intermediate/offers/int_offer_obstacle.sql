-- Grain: person of int_offer_person. For each live offer the first obstacle; `candidates` are the numbers
-- of offers without one.
-- `offset 0` keeps the planner from writing an expression anew wherever its name stands: the obstacle of a
-- pair is asked eighteen times. Offers come in order, so that no person's are sorted.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with offers as materialized (
    select
        offer_number,
        offer_id,
        kind,
        is_fallback,
        route_bits,
        days_after_order,
        start_at,
        end_at,
        {{ rule_position('offer_id') }} as rule_position
    from {{ ref('int_offer_live') }}
    order by offer_number asc
),

final as (
    select
        persons.profile_id,
        judged.*
    from {{ ref('int_offer_person') }} as persons
    cross join lateral (
        select
            array_agg(found.offer_number order by found.offer_number) filter (where found.obstacle is null)
                as candidates,
            array_agg(found.offer_id order by found.offer_number) filter (where found.obstacle is not null)
                as offer_ids,
            array_agg(found.obstacle order by found.offer_number) filter (where found.obstacle is not null)
                as reason_codes,
            array_agg(
                case
                    when found.obstacle = persons.pause_reason_code then persons.paused_from
                    when found.obstacle = persons.offer_pause_reasons[found.place]
                        then persons.offer_pause_starts[found.place]
                    when found.obstacle = 'month_cap' then persons.blocked_from
                    when
                        found.obstacle = 'no_marketing_consent'
                        then coalesce(persons.consent_decided_at, found.start_at)
                    else found.start_at
                end order by found.offer_number
            ) filter (where found.obstacle is not null) as valid_froms,
            array_agg(
                case
                    when found.obstacle = persons.pause_reason_code then persons.paused_until
                    when found.obstacle = persons.offer_pause_reasons[found.place]
                        then persons.offer_pause_ends[found.place]
                    when found.obstacle = 'month_cap' then persons.blocked_until
                    when found.obstacle = 'ordered_recently'
                        then {{ local_midnight('persons.last_order_date + found.days_after_order') }}
                    else found.end_at
                end order by found.offer_number
            ) filter (where found.obstacle is not null) as valid_tos
        from (
            select
                offer.offer_number,
                offer.offer_id,
                offer.start_at,
                offer.end_at,
                offer.days_after_order,
                offer.place,
                {{ first_obstacle() }} as obstacle
            from (
                select
                    offers.*,
                    persons.broken_rules[offers.rule_position] as broken,
                    array_position(persons.paused_offers, offers.offer_id) as place
                from offers
                order by offers.offer_number asc
                offset 0
            ) as offer
            order by offer.offer_number asc
            offset 0
        ) as found
    ) as judged
)

select * from final
