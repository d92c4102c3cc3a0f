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
            order by
                touches.touched_at asc,
                touches.channel asc,
                touches.scene_group asc,
                touches.touch_key asc
        )
),

weighed as (
    select
        *,
        sum(weight) over (partition by order_id) as all_weight
    from placed
),

shared as (
    select
        weighed.*,
        model.model,
        {{ growth_credit('model.share') }} as credit
    from weighed
    cross join lateral (
        values
        ('first', (weighed.place = 1)::integer::numeric),
        ('last', (weighed.place = weighed.touch_count)::integer::numeric),
        (
            'last_non_direct',
            case
                when weighed.indirect_count = 0 then (weighed.place = weighed.touch_count)::integer
                else (weighed.is_indirect and weighed.indirect_place = weighed.indirect_count)::integer
            end::numeric
        ),
        ('linear', 1.0 / weighed.touch_count),
        (
            'position',
            case
                when weighed.touch_count = 1 then 1.0
                when weighed.touch_count = 2 then 0.5
                when weighed.place in (1, weighed.touch_count) then 0.4
                else 0.2 / (weighed.touch_count - 2)
            end
        ),
        ('time_decay', weighed.weight / weighed.all_weight)
    ) as model (model, share)
),

credited as (
    select
        *,
        credit
        + case
            when place = touch_count then 1000000 - sum(credit) over (partition by order_id, model)
            else 0
        end as millionths
    from shared
),

final as (
    select
        order_date as conversion_date,
        model,
        channel,
        scene_group,
        (count(distinct order_id) filter (where millionths > 0))::integer as order_count,
        (sum(millionths) / 1000000)::numeric(18, 6) as credit,
        round(sum(millionths * net_fen) / 1000000)::bigint as credited_fen
    from credited
    group by order_date, model, channel, scene_group
)

select * from final
