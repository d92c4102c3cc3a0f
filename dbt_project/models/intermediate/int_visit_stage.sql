-- Grain: person with at least one visit: how settled the habit of visiting is.
{{ config(indexes=[{'columns': ['profile_id'], 'unique': true}]) }}

with days as (
    select
        profile_id,
        visit_date,
        visit_date - lag(visit_date) over (partition by profile_id order by visit_date) as silent_days
    from {{ ref('int_visit_days') }}
),

persons as (
    select
        profile_id,
        min(visit_date) as first_date,
        max(visit_date) as last_date,
        max(visit_date) filter (where silent_days >= 30) as returned_date
    from days
    group by profile_id
),

final as (
    select
        profile_id,
        first_date as first_visit_date,
        last_date as last_visit_date,
        case
            when {{ as_of() }} - last_date >= 90 then 'lost'
            when {{ as_of() }} - last_date >= 30 then 'sleeping'
            when {{ as_of() }} - returned_date < 30 then 'returned'
            when {{ as_of() }} - first_date < 1 then 'new'
            when {{ as_of() }} - first_date <= 7 then 'early'
            when {{ as_of() }} - first_date <= 30 then 'habit'
            else 'long'
        end as visit_stage
    from persons
)

select * from final
