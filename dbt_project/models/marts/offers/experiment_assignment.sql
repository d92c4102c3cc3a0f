-- Grain: experiment × live known person, in the order of the key: any other takes twice as long to enter.
with final as (
    select
        assignment.experiment_id,
        assignment.profile_id,
        assignment.arm,
        assignment.assigned_on,
        assignment.exposed_at,
        assignment.contaminated_at
    from {{ source('offers', 'assignment') }} as assignment
    inner join {{ ref('int_person') }} as person on assignment.profile_id = person.profile_id
    where person.kind = 'known'
    order by assignment.experiment_id asc, assignment.profile_id asc
)

select * from final
