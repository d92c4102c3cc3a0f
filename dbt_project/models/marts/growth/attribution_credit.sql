-- Grain: day of the order × attribution model × channel × scene group of the touch.
-- Touches of the 30 days before an order share one credit; an order without any credits `unknown`.
{% set inputs = ['orders', 'doors', 'messages'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ growth_forget_days('conversion_date', ['orders', 'doors', 'messages'], 30, 0) }}",
) }}

with orders as (
    select *
    from {{ ref('int_person_orders') }}
    where {{ growth_is_touched('order_date', inputs, 30, 0) }}
),

placed as (
    select
        orders.order_id,
        orders.order_date,
        orders.net_fen,
        coalesce(touches.channel, 'unknown') as channel,
        coalesce(touches.scene_group, 'unknown') as scene_group,
        {{ growth_half_life_weight('orders.order_at - touches.touched_at', 7) }} as weight,
        not coalesce(channel_group.is_direct, false) as is_indirect,
        row_number() over touch as place,
        count(*) over whole as touch_count,
        count(*) filter (where not coalesce(channel_group.is_direct, false)) over whole as indirect_count,
        count(*) filter (where not coalesce(channel_group.is_direct, false)) over touch as indirect_place
    from orders
    left join {{ ref('int_touches') }} as touches
        on
            orders.profile_id = touches.profile_id
            and orders.order_at >= touches.touched_at
            and orders.order_at - interval '30 days' < touches.touched_at
    left join {{ ref('channel_group') }} as channel_group on touches.scene_group = channel_group.scene_group
    window
        whole as (partition by orders.order_id),
        touch as (
            partition by orders.order_id
            order by touches.touched_at, touches.channel, touches.scene_group, touches.touch_key
        )
),

weighed as (
    select
        *,
        {{ growth_credit('weight / sum(weight) over (partition by order_id)') }} as decayed_credit,
        {{ growth_credit('1.0 / touch_count') }} as even_credit,
        {{ growth_credit('0.2 / greatest(touch_count - 2, 1)') }} as middle_credit
    from placed
),

-- Millionths; the last touch takes what rounding left over.
credited as (
    select
        *,
        (place = 1)::integer * 1000000 as first,
        (place = touch_count)::integer * 1000000 as last,
        case
            when indirect_count > 0 then is_indirect and indirect_place = indirect_count
            else place = touch_count
        end::integer * 1000000 as last_non_direct,
        even_credit + (place = touch_count)::integer * (1000000 - touch_count * even_credit) as linear,
        case
            when touch_count <= 2 then 1000000 / touch_count
            when place = 1 then 400000
            when place = touch_count then 600000 - (touch_count - 2) * middle_credit
            else middle_credit
        end as position,
        (place = touch_count)::integer * (1000000 - sum(decayed_credit) over (partition by order_id))
        + decayed_credit as time_decay
    from weighed
),

{% set models = ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay'] %}
orders_credited as (
    select
        order_date,
        order_id,
        channel,
        scene_group,
        net_fen,
    {% for model in models -%}
        sum({{ model }}) as {{ model }}{{ ',' if not loop.last }}
    {% endfor %}
    from credited
    group by order_date, order_id, channel, scene_group, net_fen
),

credits as (
    select
        order_date,
        channel,
        scene_group,
    {% for model in models -%}
        (count(*) filter (where {{ model }} > 0))::integer as {{ model }}_count,
        sum({{ model }})::numeric as {{ model }}_millionths,
        sum({{ model }} * net_fen)::numeric as {{ model }}_fen{{ ',' if not loop.last }}
    {% endfor %}
    from orders_credited
    group by order_date, channel, scene_group
),

final as (
    {%- for model in models %}
        select
            order_date as conversion_date,
            '{{ model }}' as model,
            channel,
            scene_group,
            {{ model }}_count as order_count,
            ({{ model }}_millionths / 1000000)::numeric(18, 6) as credit,
            round({{ model }}_fen / 1000000)::bigint as credited_fen
        from credits
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
