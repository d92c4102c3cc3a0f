{#
Person × product bought up to a day: on how many days, from the first to the last of them. Whoever bought it since then too is
looked up in the baskets; few did.
#}
{% macro purchases_until(counted) -%}
    {% set bought, baskets = ref('int_person_product'), ref('int_basket') -%}
    select
        bought.product_id,
        bought.order_days,
        bought.last_date - bought.first_date as span_days
    from {{ bought }} as bought
    inner join {{ counted }} on bought.last_date <= {{ counted }}.until
    union all
    select
        bought.product_id,
        count(distinct baskets.order_date) as order_days,
        max(baskets.order_date) - bought.first_date as span_days
    from {{ bought }} as bought
    inner join {{ counted }} on bought.last_date > {{ counted }}.until and bought.first_date <= {{ counted }}.until
    inner join {{ baskets }} as baskets
        on
            bought.profile_id = baskets.profile_id
            and baskets.order_date <= {{ counted }}.until
            and bought.product_id = any(baskets.product_ids)
    group by bought.profile_id, bought.product_id, bought.first_date
{%- endmacro %}

{# The root of the part of buyers that came back for a product, with half a buyer more; a new product has one buyer who did not. #}
{% macro repeat_root(repeated) -%}
    round(sqrt((coalesce({{ repeated }}.buyers_again, 0) + 0.5) / (coalesce({{ repeated }}.buyers, 1) + 1)), 2)
{%- endmacro %}

{#
Before affinities are put in again they leave: those of touched persons, and everybody's where what products say is not what they
were made with.
#}
{% macro forget_moved_affinities() -%}
    {% set touched = ref('int_touched_profile') -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where profile_id in (select touched.profile_id from {{ touched }} as touched)
        or made_with <> ({{ products_fingerprint() }})
    {%- endif %}
{%- endmacro %}

{# Everybody's left, so everybody's are made anew. #}
{% macro is_emptied() -%}
    {% if is_incremental() -%} not exists (select from {{ this }}) {%- else -%} true {%- endif %}
{%- endmacro %}

{#
A number that differs when anything differs that products say of everybody's affinities. A product that says nothing yet, because
its first sales are of this week, does not count: it is only in its buyers' lists.
#}
{% macro products_fingerprint() -%}
    select coalesce(mod(abs(sum(hash_record_extended(
        (habit.product_id, habit.repeat_root, habit.popularity, habit.gap_days, habit.companion_ids, habit.popular_place <= 20), 0
    ))), 2147483647), 0)::integer
    from {{ ref('int_product_habit') }} as habit
    where habit.popularity > 0 or habit.gap_days is not null or habit.companion_ids is not null or habit.repeat_root <> 0.50
        or habit.popular_place <= 20
{%- endmacro %}

{# The weight of a purchase so many days before the buyer's newest one, in millionths. #}
{% macro purchase_weight(age_days) -%} {{ looked_up_decay(age_days, var('order_half_life_days')) }} {%- endmacro %}

{#
Thousandths of n / (baskets + 2) · √(repeat rate) + .06 · popularity, with a fifth of what goes with other products in n. Both rates
have two decimals, so that all of it is one quotient of whole numbers: 40 (5n + c) r + 12 p b over 20 b, and half of it to round.
#}
{% macro affinity_score() -%}
    (
        40 * (5 * counted.weight + greatest(counted.companion_weight, 0)) * products.root_hundredths
        + (12 * products.popularity_hundredths + 10) * baskets.weight
    ) / (20 * baskets.weight)
{%- endmacro %}

{# What a product is in the list for. #}
{% macro affinity_rule() -%}
    case
        when ranked.n > 0 then 'repeat'
        when ranked.companion_weight > 0 then 'co_bought'
        else 'popular'
    end
{%- endmacro %}
