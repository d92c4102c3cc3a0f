-- Grain: person with a place: the one offer that may be sent to the person under stock, budget and slots.
-- Places come from the step `allocate`; when this run has none of it, the best of each list gets one while
-- stock lasts.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with wished as (
    select
        profile_id,
        offer_id,
        channel,
        p_convert,
        redemption_cost_fen,
        value_before_prices
    from {{ ref('int_offer_candidate') }}
    where reason_code is null and list_rank = coalesce(tried_rank, 1)
),

queued as (
    select
        *,
        sum(p_convert) over by_value as stock_use,
        sum(p_convert * redemption_cost_fen) over by_value as budget_use,
        row_number() over (partition by channel order by value_before_prices desc, profile_id asc) as slot_use
    from wished
    window by_value as (
        partition by offer_id order by value_before_prices desc, profile_id asc
        rows between unbounded preceding and current row
    )
),

given as (
    select count(*) > 0 as is_given
    from {{ source('offers', 'allocation') }}
    where run_id = {{ run_id() }}
),

final as (
    select
        place.profile_id,
        place.offer_id
    from {{ source('offers', 'place') }} as place
    inner join {{ ref('int_offer_candidate') }} as candidate
        on place.profile_id = candidate.profile_id and place.offer_id = candidate.offer_id
    cross join given
    where given.is_given and place.run_id = {{ run_id() }} and candidate.reason_code is null
    union all
    select
        queued.profile_id,
        queued.offer_id
    from queued
    cross join given
    left join
        {{ ref('int_offer_resource') }} as stock
        on stock.resource = 'stock' and queued.offer_id = stock.name
    left join
        {{ ref('int_offer_resource') }} as budget
        on budget.resource = 'budget' and queued.offer_id = budget.name
    left join {{ ref('int_offer_resource') }} as slot on slot.resource = 'slot' and queued.channel = slot.name
    where
        not given.is_given
        and queued.stock_use <= coalesce(stock.capacity, 'infinity')
        and queued.budget_use <= coalesce(budget.capacity, 'infinity')
        and queued.slot_use <= coalesce(slot.capacity, 'infinity')
)

select * from final
