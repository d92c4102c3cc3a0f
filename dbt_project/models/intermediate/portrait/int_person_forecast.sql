-- Grain: known person with at least one paid order: what the next 90 days and 12 months may bring.
-- Orders in 90 days = k × decayed count of orders. The half-life and k are those of the smallest squared
-- error on what happened after two cutoffs, 90 and 180 days ago; the chance of an order,
-- 1 − exp(−c × forecast), is calibrated there on its squared error. A young shop takes a steady buyer's
-- k = 90·ln 2 / 91 and c = 1.
-- CLV = forecast of a year × mean order × margin.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

{% set half_lives = [30, 60, 91, 150] %}

with decays as materialized (
    {{ decays_by_age(half_lives, ref('int_person_orders')) }}
),

-- A fixed part of some 10,000 buyers is enough to fit three numbers.
sampled as materialized (
    select profile_id
    from {{ ref('int_person_value') }}
    where {{ is_sampled('profile_id', 'int_person_value', 10000) }}
),

trials as materialized (
    {{ forecast_trials(half_lives, ref('int_person_orders')) }}
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

rule as materialized (
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
                    + exp((-candidate.c * fitted.k * trials.weight / 1e6)::float8)
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
            case rule.half_life_days
                {%- for days in half_lives %}
                    when {{ days }} then decays.weight_{{ days }}
                {%- endfor %}
            end
        ) as weight
    from {{ ref('int_person_orders') }} as orders
    inner join decays on {{ as_of() }} - orders.order_date = decays.days
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
