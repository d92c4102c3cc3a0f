-- Grain: known person with at least one paid order: what the next 90 days and 12 months may bring.
-- Orders in 90 days = k × decayed count of orders. The half-life and k are those of the smallest squared
-- error on what happened after two cutoffs, 90 and 180 days ago; the chance of an order,
-- 1 − exp(−c × forecast), is calibrated there on its squared error. A young shop takes a steady buyer's
-- k = 90·ln 2 / 91 and c = 1.
-- CLV = forecast of a year × mean order × margin.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with orders as (
    select
        profile_id,
        order_date
    from {{ ref('int_person_orders') }}
),

-- A fixed part of some 10,000 buyers is enough to fit three numbers.
trials as (
    select
        halving.half_life_days,
        cutoff.on_date,
        orders.profile_id,
        sum(
            {{ decayed_millionths('(cutoff.on_date - orders.order_date)', 'halving.half_life_days') }}
        ) filter (
            where orders.order_date <= cutoff.on_date
        ) as weight,
        count(*) filter (where orders.order_date > cutoff.on_date) as orders_after
    from orders
    cross join (values (30), (60), (91), (150)) as halving (half_life_days)
    cross join (values ({{ as_of() }} - 90), ({{ as_of() }} - 180)) as cutoff (on_date)
    where
        orders.order_date <= cutoff.on_date + 90
        and {{ is_sampled('orders.profile_id', 'int_person_value', 10000) }}
    group by halving.half_life_days, cutoff.on_date, orders.profile_id
    having min(orders.order_date) <= cutoff.on_date
),

errors as (
    select
        half_life_days,
        round(sum(weight * orders_after) * 1e6 / sum(weight * weight), 4) as k,
        sum(orders_after * orders_after)
        - sum(weight * orders_after) * sum(weight * orders_after) / sum(weight * weight) as squared_error
    from trials
    group by half_life_days
    having count(*) >= {{ var('forecast_min_buyers') }} and sum(orders_after) > 0
),

fitted as (
    (
        select
            half_life_days,
            k,
            0 as place
        from errors
        order by squared_error asc, half_life_days asc
        limit 1
    )
    union all
    select
        91 as half_life_days,
        0.6855 as k,
        1 as place
),

rule as (
    select
        fitted.half_life_days,
        fitted.k,
        coalesce((
            select candidate.c
            from trials
            cross join generate_series(0.3, 2.0, 0.1) as candidate (c)
            where trials.half_life_days = fitted.half_life_days
            group by candidate.c
            having count(*) >= {{ var('forecast_min_buyers') }}
            order by
                sum(round(1e6 * (
                    least(trials.orders_after, 1)
                    - 1
                    + exp(-candidate.c * fitted.k * trials.weight / 1e6)::float8
                ) ^ 2)::bigint) asc, candidate.c asc
            limit 1
        ), 1) as c
    from (
        select * from fitted
        order by place asc limit 1
    ) as fitted
),

weights as (
    select
        orders.profile_id,
        sum(
            {{ decayed_millionths('(' ~ as_of() ~ ' - orders.order_date)', 'rule.half_life_days') }}
        ) as weight
    from orders
    cross join rule
    group by orders.profile_id
),

final as (
    select
        buyer.profile_id,
        weights.weight::bigint as weight_millionths,
        round(rule.k * weights.weight / 1e6, 4) as orders_90d,
        round(exp(-rule.c * rule.k * weights.weight / 1e6), 4) as churn_risk,
        greatest(0, rule.k * weights.weight / 1e6 * 365 / 90 * buyer.average_order_fen * margin.rate)
            as clv_12m_fen
    from weights
    cross join rule
    cross join {{ margin_rate() }} as margin
    inner join {{ ref('int_person_value') }} as buyer on weights.profile_id = buyer.profile_id
)

select * from final
