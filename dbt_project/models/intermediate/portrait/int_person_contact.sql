-- Grain: known person: when to contact, how often, and on which channel.
-- The window: hours of visits smoothed by (.1 .2 .4 .2 .1), plus 10 times the population's shape; the best
-- three hours inside the hours allowed by every channel.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with starts as (
    select
        generate_series(
            ceil(extract(hour from max(quiet_until)) + extract(minute from max(quiet_until)) / 60)::integer,
            floor(extract(hour from min(quiet_from)) + extract(minute from min(quiet_from)) / 60)::integer - 3
        ) as start_hour
    from {{ ref('contact_channel') }}
),

-- What one visit at an hour says for the window that begins at another, in tenths.
reach as (
    select
        starts.start_hour,
        lpad(hours.hour::text, 2, '0') as hour,
        sum(kernel.tenths) as tenths
    from starts
    cross join generate_series(0, 23) as hours (hour)
    cross join generate_series(0, 2) as inside (step)
    inner join (values (-2, 1), (-1, 2), (0, 4), (1, 2), (2, 1)) as kernel (apart, tenths)
        on mod(starts.start_hour + inside.step - hours.hour + 36, 24) - 12 = kernel.apart
    group by starts.start_hour, hours.hour
),

shape as (
    select
        value,
        share
    from {{ ref('int_habit_share') }}
    where dimension = 'hour'
),

population as (
    select
        reach.start_hour,
        round(10 * sum(reach.tenths * shape.share), 3) as score
    from reach
    inner join shape on reach.hour = shape.value
    group by reach.start_hour
),

own as (
    select
        habit.profile_id,
        reach.start_hour,
        sum(reach.tenths * habit.weight_millionths) / 1000000.0 as score
    from {{ ref('int_habit') }} as habit
    inner join reach on habit.value = reach.hour
    where habit.dimension = 'hour'
    group by habit.profile_id, reach.start_hour
),

best as (
    select distinct on (person.profile_id)
        person.profile_id,
        population.start_hour
    from {{ ref('int_person') }} as person
    cross join population
    left join own on person.profile_id = own.profile_id and population.start_hour = own.start_hour
    where person.kind = 'known'
    order by
        person.profile_id asc,
        population.score + coalesce(own.score, 0) desc,
        population.start_hour asc
),

final as (
    select
        best.profile_id,
        best.start_hour::smallint as window_start_hour,
        (best.start_hour + 3)::smallint as window_end_hour,
        coalesce(response.best_contacts_per_week, 2)::smallint as best_contacts_per_week,
        coalesce(response.is_fatigued, false) as is_fatigued,
        coalesce(response.delivered_count, 0)::integer as delivered_count,
        coalesce(response.response_count, 0)::integer as response_count,
        response.response_rate
    from best
    left join {{ ref('int_contact_response') }} as response on best.profile_id = response.profile_id
)

select * from final
