-- Grain: known person × offer of the catalogue: in how many orders there was a product that it covers, how
-- many of its coupons were redeemed. Without rows for what never happened.
-- Only touched persons are counted anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook="{{ forget_touched() }}",
    indexes=[{'columns': ['profile_id', 'offer_id'], 'unique': true}],
) }}

with bought as (
    select distinct
        profile_id,
        order_id,
        category,
        product_id
    from {{ ref('int_person_lines') }}
    where {{ is_touched('profile_id') }}
),

baskets as (
    select
        bought.profile_id,
        target.offer_id,
        count(distinct bought.order_id) as basket_count
    from bought
    inner join {{ ref('offer_target') }} as target
        on bought.category = target.category or bought.product_id = target.product_id
    group by bought.profile_id, target.offer_id
),

redemptions as (
    select
        map.profile_id,
        coupons.batch_id as offer_id,
        count(distinct coupons.coupon_code) as redemption_count
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_actor_profile') }} as map
        on coupons.identifier_set_id = map.identifier_set_id and {{ owned_at('coupons.event_at') }}
    where
        coupons.event_name = 'used'
        and coupons.batch_id in (select offer.offer_id from {{ ref('offer_catalogue') }} as offer)
        and {{ is_touched('map.profile_id') }}
    group by map.profile_id, coupons.batch_id
),

final as (
    select
        coalesce(baskets.profile_id, redemptions.profile_id) as profile_id,
        coalesce(baskets.offer_id, redemptions.offer_id) as offer_id,
        coalesce(baskets.basket_count, 0)::integer as basket_count,
        coalesce(redemptions.redemption_count, 0)::integer as redemption_count
    from baskets
    full join redemptions
        on baskets.profile_id = redemptions.profile_id and baskets.offer_id = redemptions.offer_id
)

select * from final
order by profile_id -- what a day reads of a few persons lies together
