-- Grain: known person who bought or got a coupon: how much promotions matter.
-- share = (discounted lines + k·g) / (lines + k), with g the population's share and k by moments: with p
-- a person's raw share of n lines, between = (Σn(p − g)² − (N − 1)g(1 − g)) / (Σn − Σn²/Σn) and
-- k = g(1 − g) / between − 1.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with lines as (
    select
        profile_id,
        count(*) as n,
        count(*) filter (where is_discounted) as discounted
    from {{ ref('int_person_lines') }}
    group by profile_id
),

population as (
    select
        sum(discounted) / sum(n) as g,
        count(*) as persons,
        sum(n) as all_n,
        sum(n * n) as squares,
        sum(round(discounted::numeric * discounted / n, 6)) as discounted_squares
    from lines
),

moments as (
    select
        g,
        greatest(
            (discounted_squares - all_n * g * g - (persons - 1) * g * (1 - g))
            / nullif(all_n - squares / all_n, 0), 0.000001
        ) as between_persons
    from population
),

crowd as (
    select
        round(g, 6) as g,
        round(least(1000, greatest(0.1, g * (1 - g) / between_persons - 1)), 3) as k
    from moments
),

coupons as (
    select
        map.profile_id,
        count(distinct coupons.coupon_code) as coupon_count,
        count(distinct coupons.coupon_code) filter (where coupons.event_name = 'used') as used_count,
        count(distinct coupons.coupon_code) filter (where coupons.event_name = 'expired') as expired_count
    from {{ ref('int_coupons') }} as coupons
    inner join {{ ref('int_actor_profile') }} as map
        on
            coupons.identifier_set_id = map.identifier_set_id
            and map.profile_kind = 'known'
            and {{ owned_at('coupons.event_at') }}
    group by map.profile_id
),

final as (
    select
        coalesce(lines.profile_id, coupons.profile_id) as profile_id,
        coalesce(lines.n, 0)::integer as line_count,
        coalesce(lines.discounted, 0)::integer as discounted_line_count,
        round(
            (lines.discounted + crowd.k * crowd.g) / (lines.n + crowd.k), 2
        ) as discounted_share,
        coalesce(coupons.coupon_count, 0)::integer as coupon_count,
        coalesce(coupons.used_count, 0)::integer as coupon_used_count,
        coalesce(coupons.expired_count, 0)::integer as coupon_expired_count
    from lines
    cross join crowd
    full join coupons on lines.profile_id = coupons.profile_id
)

select * from final
