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

lookers as (
    select
        persons.channel as from_channel,
        looked.action as from_action,
        count(*)::integer as from_persons
    from {{ ref('int_person_channel') }} as persons
    inner join lateral (
        values
        ('search', persons.has_searched),
        ('browse', persons.has_browsed)
    ) as looked (action, is_done) on true
    where looked.is_done
    group by persons.channel, looked.action
),

-- Grouped by person first: counting distinct persons would sort all orders.
buyers as (
    select
        from_channel,
        from_action,
        to_channel,
        profile_id,
        count(*) as order_count
    from {{ ref('int_order_look') }}
    group by from_channel, from_action, to_channel, profile_id
),

purchases as (
    select
        from_channel,
        from_action,
        to_channel,
        count(*)::integer as persons,
        sum(order_count)::integer as order_count
    from buyers
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
