-- Grain: known person who ever got a coupon: how much likelier than anybody the person redeems one.
with owned as (
    select
        map.profile_id,
        count(distinct coupons.coupon_code) filter (
            where coupons.event_name in ('issued', 'claimed')
        ) as coupons,
        count(distinct coupons.coupon_code) filter (where coupons.event_name = 'used') as used
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_actor_profile') }} as map
        on
            coupons.identifier_set_id = map.identifier_set_id
            and map.profile_kind = 'known'
            and {{ owned_at('coupons.event_at') }}
    group by map.profile_id
),

rate as (
    select greatest(round(sum(used) / nullif(sum(coupons), 0), 3), 0.001) as redemption_rate
    from owned
),

final as (
    select
        owned.profile_id,
        owned.coupons::integer as coupon_count,
        owned.used::integer as used_count,
        round(
            (owned.used + {{ var('shrinkage_weight') }} * rate.redemption_rate)
            / (greatest(owned.coupons, owned.used) + {{ var('shrinkage_weight') }}) / rate.redemption_rate,
            3
        ) as lift
    from owned
    cross join rate
)

select * from final
