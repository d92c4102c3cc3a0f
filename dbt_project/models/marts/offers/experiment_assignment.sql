-- Grain: experiment × live known person.
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
)

select * from final
