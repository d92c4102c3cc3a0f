-- Grain: one state of a consent.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'consents'
),

renamed as (
    select
        {{ json_text('consent_id') }} as consent_id,
        {{ json_text('purpose') }} as purpose,
        coalesce({{ json_text('channel') }}, 'all') as channel,
        {{ json_text('version') }} as consent_version,
        coalesce({{ json_boolean('granted') }}, false) as is_granted,
        {{ json_time('withdrawn_at') }} as withdrawn_at,
        {{ json_text('evidence') }} as evidence,
        {{ envelope() }}
    from source
)

select * from renamed
