-- Grain: run × profile × cause: whose person-level rows this run makes anew, and why.
-- Facts came, went or opened with their day; identities or ownership changed; a product moved to another
-- category or brand; a rule of this project changed.
-- Analyzed in every run: by the statistics of the first, which touches everybody, others would read all.
{% set orders, order_lines = ref('int_orders'), ref('int_order_lines') %}
{% set payments, refunds, products = ref('int_payments'), ref('int_refunds'), ref('int_products') %}
{% set records, contacts = source('raw', 'record'), ref('int_contacts') %}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_published_touches() }}",
    post_hook="analyze {{ this }}",
    indexes=[{'columns': ['profile_id']}],
) }}

{% set map_before = as_it_was('int_actor_profile') %}
{% set activity_before = as_it_was('int_activity') %}
{% set products_before = as_it_was('int_product_class') %}
{% set is_everybody = is_new_project() or not (is_incremental() and map_before and activity_before) %}

with current_map as materialized (
    {{ actor_profiles() }}
),

{% if is_everybody %}
    touched as (
        select
            profile_id,
            'rules' as cause
        from current_map
        {%- if map_before %}
            union all
            select
                profile_id,
                'rules' as cause
            from {{ map_before }}
        {%- endif %}
    ),
{% else %}
    changed_owners as (
        select
            before.profile_id as previous_profile_id,
            current_map.profile_id
        from current_map
        full join {{ map_before }} as before
            on
                current_map.identifier_set_id = before.identifier_set_id
                and current_map.owned_from = before.owned_from
        where
            (current_map.actor_id, current_map.profile_id, current_map.profile_kind, current_map.owned_to)
            is distinct from (before.actor_id, before.profile_id, before.profile_kind, before.owned_to)
    ),

    changed_orders as (
        {{ changed_orders(order_lines, payments, refunds, products, products_before) }}
    ),

    new_records as (
        {{ records_of_this_run(records) }}
    ),

    touched_sets as (
        select identifier_set_id
        from new_records
        union
        {{ versions_of('new_records', records) }}
        union
        select identifier_set_id
        from {{ activity_before }}
        where event_day in ({{ rewritten_days() }})
        union
        select contacts.identifier_set_id
        from {{ contacts }} as contacts
        where
            contacts.sent_at >= {{ local_midnight(previous_as_of() ~ ' + 1') }}
            and contacts.sent_at < {{ as_of_end() }}
        union
        select orders.identifier_set_id
        from {{ orders }} as orders
        where orders.order_id in (select changed_orders.order_id from changed_orders)
    ),

    touched as (
        select
            previous_profile_id as profile_id,
            'identity' as cause
        from changed_owners
        union
        select
            profile_id,
            'identity' as cause
        from changed_owners
        union
        select
            current_map.profile_id,
            'facts' as cause
        from touched_sets
        inner join current_map on touched_sets.identifier_set_id = current_map.identifier_set_id
    ),
{% endif %}

final as (
    select distinct
        {{ run_id() }}::bigint as run_id,
        profile_id,
        cause
    from touched
    where profile_id is not null
    {%- if is_incremental() %}
        except
        select
            run_id,
            profile_id,
            cause
        from {{ this }}
    {%- endif %}
)

select * from final
