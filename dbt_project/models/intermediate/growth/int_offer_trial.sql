-- Grain: tested offer × day on which persons were assigned to both arms: how much likelier those who may
-- get the offer order within 14 days, so far, with the half width of the 95 % interval (Wald).
{{ config(materialized='view') }}

with assigned as (
    select
        assignment.experiment_id as offer_id,
        assignment.assigned_on,
        assignment.profile_id,
        assignment.arm,
        count(orders.order_date) > 0 as has_ordered
    from {{ source('offers', 'assignment') }} as assignment
    left join {{ ref('int_person_orders') }} as orders
        on
            assignment.profile_id = orders.profile_id
            and orders.order_date between assignment.assigned_on and assignment.assigned_on + 13
    where assignment.experiment_id <> 'global' and assignment.assigned_on <= {{ as_of() }}
    group by assignment.experiment_id, assignment.assigned_on, assignment.profile_id, assignment.arm
),

rates as (
    select
        offer_id,
        assigned_on,
        (count(*) filter (where arm = 'treat'))::integer as treated_count,
        (count(*) filter (where arm = 'control'))::integer as held_count,
        avg(has_ordered::integer) filter (where arm = 'treat') as treated_rate,
        avg(has_ordered::integer) filter (where arm = 'control') as held_rate
    from assigned
    group by offer_id, assigned_on
),

final as (
    select
        offer_id,
        assigned_on,
        treated_count,
        held_count,
        round(treated_rate - held_rate, 6) as lift,
        round(
            1.959964 * sqrt(
                treated_rate * (1 - treated_rate) / treated_count + held_rate * (1 - held_rate) / held_count
            ), 6
        ) as half_width
    from rates
    where treated_count > 0 and held_count > 0
)

select * from final
