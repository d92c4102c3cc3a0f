-- Grain: person × offer of the person's list, with what stock, budget and slots cost it.
-- What is left of a stock may go to whom it is worth less than its price: then that is what it costs.
{{ config(materialized='view') }}

with prices as (
    select
        resource,
        name,
        price
    from {{ source('offers', 'allocation') }}
    where run_id = {{ run_id() }}
),

charged as (
    select
        candidate.*,
        null::numeric as p_untreated,
        1.00 as context_weight,
        place.offer_id is not null as has_place,
        candidate.reserve_fen + coalesce(slot.price, 0) as full_slot_price,
        candidate.p_convert * coalesce(stock.price, 0)
        + candidate.p_convert * candidate.redemption_cost_fen * coalesce(budget.price, 0) as full_stock_price
    from {{ ref('int_offer_candidate') }} as candidate
    left join {{ ref('int_offer_place') }} as place
        on candidate.profile_id = place.profile_id and candidate.offer_id = place.offer_id
    left join prices as stock on stock.resource = 'stock' and candidate.offer_id = stock.name
    left join prices as budget on budget.resource = 'budget' and candidate.offer_id = budget.name
    left join prices as slot on slot.resource = 'slot' and candidate.channel = slot.name
    where candidate.reason_code is null
),

priced as (
    select
        *,
        round(
            case
                when has_place then least(full_slot_price, reserve_fen + value_before_prices) else
                    full_slot_price
            end,
            2
        )
            as slot_price_fen,
        round(
            case
                when has_place
                    then
                        least(
                            full_stock_price,
                            greatest(value_before_prices - (full_slot_price - reserve_fen), 0)
                        )
                else full_stock_price
            end, 2
        ) as stock_price_fen
    from charged
),

final as (
    select
        *,
        {{ expected_value_fen() }} as expected_value_fen
    from priced
)

select * from final
