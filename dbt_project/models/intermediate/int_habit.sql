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
    {{ habits_of_visits(ref('int_person_activity')) }}
),

bought as (
    select
        visits.profile_id,
        visits.dimension,
        visits.value,
        visits.on_date
    from visits
    where visits.dimension = 'category'
    union
    select
        lines.profile_id,
        habit.dimension,
        habit.value,
        lines.order_date as on_date
    from {{ ref('int_person_lines') }} as lines
    inner join lateral (
        values
        ('category', nullif(lines.category, 'unknown')),
        ('brand', lines.brand)
    ) as habit (dimension, value) on true
    where habit.value is not null and {{ is_touched('lines.profile_id') }}
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

observations as (
    select
        profile_id,
        dimension,
        value,
        on_date
    from visits
    where dimension <> 'category'
    union all
    select *
    from bought
),

newest as (
    select
        profile_id,
        dimension,
        max(on_date) as on_date
    from observations
    where value is not null
    group by profile_id, dimension
),

final as (
    select
        seen.profile_id,
        seen.dimension,
        seen.value,
        count(*) as n,
        max(seen.on_date) as last_date,
        sum(
            case
                when seen.dimension in ('category', 'brand', 'promotion', 'store')
                    then {{ looked_up_decay('newest.on_date - seen.on_date', var('order_half_life_days')) }}
                else {{ looked_up_decay('newest.on_date - seen.on_date', var('behaviour_half_life_days')) }}
            end
        )::bigint as weight_millionths
    from observations as seen
    inner join newest on seen.profile_id = newest.profile_id and seen.dimension = newest.dimension
    where seen.value is not null
    group by seen.profile_id, seen.dimension, seen.value
)

select * from final
