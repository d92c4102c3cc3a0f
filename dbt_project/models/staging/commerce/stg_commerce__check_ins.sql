-- Grain: one check-in of a member.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'check_ins'
),

renamed as (
    select
        {{ json_text('member_id') }} as member_id,
        {{ json_date('local_date') }} as local_date,
        {{ json_integer('streak') }} as streak,
        {{ json_integer('points') }} as points,
        {{ envelope() }}
    from source
)

select * from renamed
