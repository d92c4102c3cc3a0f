-- Grain: known person × dimension × value that was done or bought.
-- n days on which it was, the last of them, and the decayed count in millionths.
-- Age runs from the person's newest observation and not from today, so that a row changes only when the
-- person does something. Decayed counts are sums of integers: sums of floats differ from run to run.
-- Only touched persons are counted anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'dimension', 'value'], 'unique': true}],
) }}

with visits as (
    select
        profile_id,
        event_date,
        channel,
        device_type,
        event_hour,
        category,
        scene_group
    from {{ ref('int_person_activity') }}
    where profile_kind = 'known' and visit_event_count > 0 and {{ is_touched('profile_id') }}
    group by profile_id, event_date, channel, device_type, event_hour, category, scene_group
),

observations as (
    select
        activity.profile_id,
        habit.dimension,
        habit.value,
        activity.event_date as on_date
    from visits as activity
    inner join lateral (
        values
        ('channel', activity.channel),
        ('device', nullif(activity.device_type, 'unknown')),
        ('hour', lpad(activity.event_hour::text, 2, '0')),
        ('weekday', extract(isodow from activity.event_date)::text),
        ('scene_group', nullif(activity.scene_group, 'none')),
        ('category', nullif(activity.category, 'none'))
    ) as habit (dimension, value) on true
    where habit.value is not null
    union
    select
        bought.profile_id,
        habit.dimension,
        habit.value,
        bought.order_date as on_date
    from {{ ref('int_person_lines') }} as bought
    inner join lateral (
        values
        ('category', nullif(bought.category, 'unknown')),
        ('brand', bought.brand)
    ) as habit (dimension, value) on true
    where habit.value is not null and {{ is_touched('bought.profile_id') }}
    union
    select
        orders.profile_id,
        habit.dimension,
        habit.value,
        orders.order_date as on_date
    from {{ ref('int_person_orders') }} as orders
    inner join lateral (
        values
        ('promotion', orders.promotion_type),
        ('store', orders.store_id)
    ) as habit (dimension, value) on true
    where habit.value is not null and {{ is_touched('orders.profile_id') }}
    union
    select
        contacts.profile_id,
        'content' as dimension,
        offers.kind as value,
        {{ local_date('coalesce(contacts.clicked_at, contacts.opened_at)') }} as on_date
    from {{ ref('int_person_contacts') }} as contacts
    inner join {{ ref('offer_catalogue') }} as offers on contacts.offer_id = offers.offer_id
    where
        coalesce(contacts.clicked_at, contacts.opened_at) < {{ as_of_end() }}
        and {{ is_touched('contacts.profile_id') }}
),

aged as (
    select
        *,
        max(on_date) over (partition by profile_id, dimension) - on_date as age_days,
        case
            when dimension in ('category', 'brand', 'promotion', 'store')
                then {{ var('order_half_life_days') }}
            else {{ var('behaviour_half_life_days') }}
        end as half_life_days
    from observations
),

final as (
    select
        profile_id,
        dimension,
        value,
        count(*) as n,
        max(on_date) as last_date,
        sum({{ decayed_millionths('age_days', 'half_life_days') }})::bigint as weight_millionths
    from aged
    group by profile_id, dimension, value
)

select * from final
