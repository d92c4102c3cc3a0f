-- Grain: one notice of a refund, as WeChat Pay sends it.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where
        source = 'commerce' and kind = 'payments'
        and body #>> '{decrypted,refund_status}' is not null
),

renamed as (
    select
        coalesce(
            {{ json_text('decrypted,refund_id') }},
            {{ json_text('decrypted,out_refund_no') }}
        ) as refund_id,
        {{ json_text('decrypted,transaction_id') }} as transaction_id,
        {{ json_text('decrypted,out_trade_no') }} as order_id,
        {{ json_text('decrypted,refund_status') }} as refund_status,
        {{ json_time('decrypted,success_time') }} as refunded_at,
        {{ json_integer('decrypted,amount,refund') }} as refund_fen,
        {{ envelope() }}
    from source
)

select * from renamed
