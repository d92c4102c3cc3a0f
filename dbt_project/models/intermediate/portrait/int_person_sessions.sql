-- Grain: known person with a session in 90 days: how the person visits, and what is left in the cart.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with final as (
    select
        profile_id,
        count(*)::integer as session_count,
        round(avg(duration_seconds))::integer as average_seconds,
        round(avg(event_count), 1)::numeric(6, 1) as average_events,
        round(avg((event_count = 1)::integer), 2)::numeric(3, 2) as bounce_rate,
        count(distinct channel)::smallint as channel_count,
        max(started_at) as last_session_at,
        max(session_date) filter (where cart_add_count > 0) as last_cart_date,
        (count(*) filter (where cart_add_count > 0))::integer as cart_session_count,
        (count(*) filter (where cart_add_count > 0 and order_paid_count = 0))::integer as abandoned_count
    from {{ ref('int_session') }}
    where profile_kind = 'known' and session_date > {{ as_of() }} - 90
    group by profile_id
)

select * from final
