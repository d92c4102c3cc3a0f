-- Grain: journey × from_channel × from_action × to_channel.
-- `move`: who was in one channel before ever having been in the other. `purchase`: where buyers looked
-- last in the seven days before they paid, and whether they searched there.
with channels as (
    select distinct channel
    from {{ ref('int_channel_firsts') }}
),

pairs as (
    select
        came.profile_id,
        came.channel as from_channel,
        other.channel as to_channel,
        went.first_at is not null as has_moved
    from {{ ref('int_channel_firsts') }} as came
    cross join channels as other
    left join {{ ref('int_channel_firsts') }} as went
        on came.profile_id = went.profile_id and other.channel = went.channel
    where came.channel <> other.channel and coalesce(went.first_at > came.first_at, true)
),

looks as (
    select distinct on (orders.order_id)
        orders.order_id,
        orders.profile_id,
        orders.channel as to_channel,
        coalesce(doors.channel, 'none') as from_channel,
        case
            when doors.search_count > 0 then 'search'
            when doors.product_view_count > 0 then 'browse'
            else 'none'
        end as from_action
    from {{ ref('int_person_orders') }} as orders
    left join {{ ref('int_person_doors') }} as doors
        on
            orders.profile_id = doors.profile_id
            and orders.order_at >= doors.first_at
            and orders.order_date - 7 <= doors.event_date
            and doors.search_count + doors.product_view_count > 0
    order by
        orders.order_id asc,
        doors.event_date desc nulls last,
        doors.first_at desc,
        doors.channel asc,
        doors.scene_group asc
),

lookers as (
    select
        channel as from_channel,
        case when search_count > 0 then 'search' else 'browse' end as from_action,
        count(distinct profile_id)::integer as from_persons
    from {{ ref('int_person_doors') }}
    where profile_kind = 'known' and search_count + product_view_count > 0
    group by channel, case when search_count > 0 then 'search' else 'browse' end
),

purchases as (
    select
        from_channel,
        from_action,
        to_channel,
        count(distinct profile_id)::integer as persons,
        count(*)::integer as order_count
    from looks
    group by from_channel, from_action, to_channel
),

final as (
    select
        'move' as journey,
        from_channel,
        'any' as from_action,
        to_channel,
        (count(*) filter (where has_moved))::integer as persons,
        count(*)::integer as from_persons,
        {{ rate('count(*) filter (where has_moved)', 'count(*)') }} as conversion_rate,
        null::integer as order_count
    from pairs
    group by from_channel, to_channel
    union all
    select
        'purchase' as journey,
        purchases.from_channel,
        purchases.from_action,
        purchases.to_channel,
        purchases.persons,
        lookers.from_persons,
        {{ rate('purchases.persons', 'lookers.from_persons') }} as conversion_rate,
        purchases.order_count
    from purchases
    left join lookers
        on purchases.from_channel = lookers.from_channel and purchases.from_action = lookers.from_action
)

select * from final
