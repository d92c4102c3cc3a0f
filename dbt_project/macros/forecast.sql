{# A fixed part of the persons, the same in every run, of about so many in all. #}
{% macro is_sampled(profile_id, persons, size) -%}
    mod(('x' || left(md5({{ profile_id }}), 7))::bit(28)::integer, 1000)
    <= 1000.0 * {{ size }} / (select greatest(count(*), 1) from {{ ref(persons) }})
{%- endmacro %}

{# What is left of a sale after the cost of the goods; half while no cost is known. #}
{% macro margin_rate() -%}
    (
        select
            coalesce(
                round(1 - sum(sold.sold_quantity * products.cost_fen) / nullif(sum(sold.sold_fen), 0), 3), 0.5
            ) as rate
        from {{ ref('int_product_habit') }} as sold
        inner join {{ ref('int_products') }} as products on sold.product_id = products.product_id
        where products.cost_fen > 0
    )
{%- endmacro %}

{# How likely a buyer is not to order within 90 days. #}
{% macro risk_band(risk) -%}
    case when {{ risk }} >= 0.7 then 'high' when {{ risk }} >= 0.4 then 'middle' when {{ risk }} is not null then 'low' end
{%- endmacro %}

{#
Ages in days up to the oldest order's, with the weight of an order of that age for each half-life: looked up it costs a tenth of
the power.
#}
{% macro decays_by_age(half_lives, orders) -%}
    select
        age.days,
        {% for days in half_lives -%}
        {{ decayed_millionths('age.days', days) }} as weight_{{ days }}{{ ',' if not loop.last }}
        {% endfor -%}
    from (select generate_series(0, {{ as_of() }} - min(order_date)) as days from {{ orders }}) as age
{%- endmacro %}

{# Half-life × cutoff × sampled buyer: the decayed count of orders up to the cutoff, and how many came in the 90 days after it. #}
{% macro forecast_trials(half_lives, orders) -%}
    select
        halving.half_life_days,
        tried.on_date,
        tried.profile_id,
        halving.weight,
        tried.orders_after
    from (
        select
            cutoff.on_date,
            orders.profile_id,
            {% for days in half_lives -%}
            sum(decays.weight_{{ days }}) as weight_{{ days }},
            {% endfor -%}
            count(*) filter (where orders.order_date > cutoff.on_date) as orders_after
        from {{ orders }} as orders
        inner join sampled on orders.profile_id = sampled.profile_id
        cross join (values ({{ as_of() }} - 90), ({{ as_of() }} - 180)) as cutoff (on_date)
        left join decays on cutoff.on_date - orders.order_date = decays.days
        where orders.order_date <= cutoff.on_date + 90
        group by cutoff.on_date, orders.profile_id
        having min(orders.order_date) <= cutoff.on_date
    ) as tried
    cross join lateral (
        values
        {% for days in half_lives -%}
        ({{ days }}, tried.weight_{{ days }}){{ ',' if not loop.last }}
        {% endfor -%}
    ) as halving (half_life_days, weight)
{%- endmacro %}
