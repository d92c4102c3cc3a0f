-- Grain: person of int_offer_person. For each live offer the first obstacle; `candidates` are the numbers
-- of offers without one.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with offers as (
    select
        *,
        {{ rule_position('offer_id') }} as rule_position
    from {{ ref('int_offer_live') }}
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
                    when found.obstacle = found.pause_reason then persons.offer_pause_starts[found.place]
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
                    when found.obstacle = found.pause_reason then persons.offer_pause_ends[found.place]
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
                pause.place,
                persons.offer_pause_reasons[pause.place] as pause_reason,
                {{ first_obstacle() }} as obstacle
            from offers as offer
            cross join lateral (select persons.broken_rules[offer.rule_position] as broken) as rule
            cross join
                lateral (select array_position(persons.paused_offers, offer.offer_id) as place) as pause
        ) as found
    ) as judged
)

select * from final
