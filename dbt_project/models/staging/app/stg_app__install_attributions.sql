-- Grain: one installation with the campaign it came from.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'app' and kind = 'install_attributions'
),

renamed as (
    select
        {{ json_text('provider') }} as provider,
        {{ json_text('campaign,source') }} as campaign_source,
        {{ json_text('campaign,name') }} as campaign_name,
        {{ json_text('click_id') }} as click_id,
        to_timestamp({{ json_integer('action_time') }}) as installed_at,
        {{ envelope() }}
    from source
)

select * from renamed
