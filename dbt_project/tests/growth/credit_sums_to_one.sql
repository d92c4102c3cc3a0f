-- Over all touches each model gives every order one credit, and all orders are there.
with orders as (
    select
        order_date,
        count(*) as order_count,
        sum(net_fen) as net_fen
    from {{ ref('int_person_orders') }}
    group by order_date
),

models as (
    select distinct model
    from {{ ref('attribution_credit') }}
),

credits as (
    select
        conversion_date,
        model,
        sum(credit) as credit,
        sum(credited_fen) as credited_fen,
        count(*) as cells
    from {{ ref('attribution_credit') }}
    group by conversion_date, model
)

select
    orders.order_date,
    models.model
from orders
cross join models
left join credits on orders.order_date = credits.conversion_date and models.model = credits.model
where
    coalesce(credits.credit, 0) <> orders.order_count
    -- Every cell is rounded to a fen.
    or abs(credits.credited_fen - orders.net_fen) > credits.cells
