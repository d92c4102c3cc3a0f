-- Grain: one entry of the points ledger.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'points'
),

renamed as (
    select
        {{ json_text('entry_id') }} as entry_id,
        {{ json_integer('delta') }} as delta,
        {{ json_integer('balance_after') }} as balance_after,
        {{ json_text('reason') }} as reason,
        {{ json_text('ref_id') }} as reference_id,
        {{ json_time('expires_at') }} as expires_at,
        {{ envelope() }}
    from source
)

select * from renamed
