-- Grain: one order of int_person_orders: where the buyer looked last in the seven days before paying.
-- `none` when nowhere. Only touched persons' orders are looked at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id']}],
) }}

with final as (
    select
        orders.order_id,
        orders.profile_id,
        orders.channel as to_channel,
        coalesce(doors.channel, 'none') as from_channel,
        coalesce(doors.action, 'none') as from_action
    from {{ ref('int_person_orders') }} as orders
    left join lateral (
        select
            door.channel,
            case when door.search_count > 0 then 'search' else 'browse' end as action
        from {{ ref('int_person_doors') }} as door
        where
            orders.profile_id = door.profile_id
            and orders.order_at >= door.first_at
            and orders.order_date - 7 <= door.event_date
            and door.search_count + door.product_view_count > 0
        order by door.event_date desc, door.first_at desc, door.channel asc, door.scene_group asc
        limit 1
    ) as doors on true
    where {{ is_touched('orders.profile_id') }}
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
