-- Grain: one state of a message to a customer.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'contacts'
),

renamed as (
    select
        {{ json_text('message_id') }} as message_id,
        {{ json_time('updated_at') }} as updated_at,
        {{ json_text('channel') }} as channel,
        {{ json_text('account_id') }} as account_id,
        {{ json_text('template_id') }} as template_id,
        {{ json_text('offer_id') }} as offer_id,
        {{ json_text('class') }} as contact_class,
        {{ json_time('queued_at') }} as queued_at,
        {{ json_time('sent_at') }} as sent_at,
        {{ json_time('delivered_at') }} as delivered_at,
        {{ json_time('opened_at') }} as opened_at,
        {{ json_time('clicked_at') }} as clicked_at,
        {{ json_time('failed_at') }} as failed_at,
        {{ json_time('rejected_at') }} as rejected_at,
        {{ json_text('errcode') }} as error_code,
        {{ envelope() }}
    from source
)

select * from renamed
