-- Grain: known or anonymous person × day on which anything of theirs was seen: how much of what.
-- For what counts days, whatever the hour, the channel or the category.
-- Only touched persons are rolled up anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'event_date'], 'unique': true}],
) }}

with final as (
    select
        profile_id,
        profile_kind,
        event_date,
        min(first_at) as first_at,
        max(last_at) as last_at,
        (sum(visit_event_count) > 0)::integer as visit_days,
        sum(product_view_count)::integer as product_views,
        sum(search_count)::integer as searches,
        sum(cart_add_count)::integer as cart_adds,
        sum(share_count)::integer as shares,
        sum(event_count)::integer as events
    from {{ ref('int_person_activity') }}
    where {{ is_touched('profile_id') }}
    group by profile_id, profile_kind, event_date
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
