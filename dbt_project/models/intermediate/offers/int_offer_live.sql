-- Grain: one offer that may be sent on the day after as_of.
-- A route is a way to a person: a channel, or of subscription messages one template. `route_bits` is the
-- set of the offer's.
with live as (
    select
        *,
        string_to_array(channels, '|') as channel_list,
        {{ local_midnight('start_date') }} as start_at,
        {{ local_midnight('end_date + 1') }} as end_at
    from {{ ref('offer_catalogue') }}
    where
        {{ as_of() }} + 1 between start_date and end_date
        and valid_from <= {{ as_of() }} + 1
        and (valid_to is null or valid_to > {{ as_of() }} + 1)
),

numbered as (
    select
        *,
        (row_number() over (order by offer_id))::smallint as offer_number,
        1::bigint << (7 + dense_rank() over (order by template_id asc nulls last))::integer as template_bit,
        'mp_subscribe' = any(channel_list) and goal = any(string_to_array(allowed_goals, '|')) as has_template
    from live
),

routes as (
    select
        numbered.offer_id,
        bit_or(1::bigint << contact_channel.channel_number::integer) as bits
    from numbered
    inner join {{ ref('contact_channel') }} as contact_channel
        on contact_channel.channel = any(numbered.channel_list) and contact_channel.channel <> 'mp_subscribe'
    group by numbered.offer_id
),

final as (
    select
        numbered.*,
        coalesce(routes.bits, 0)
        | case when numbered.has_template then numbered.template_bit else 0 end as route_bits
    from numbered
    left join routes on numbered.offer_id = routes.offer_id
)

select * from final
