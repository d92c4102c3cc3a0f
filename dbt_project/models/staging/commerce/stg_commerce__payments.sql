-- Grain: one notice of a payment. Notices of refunds name the same transaction and stay out.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where
        source = 'commerce' and kind = 'payments'
        and body #>> '{decrypted,trade_state}' is not null
),

renamed as (
    select
        {{ json_text('decrypted,transaction_id') }} as transaction_id,
        {{ json_text('decrypted,out_trade_no') }} as order_id,
        {{ json_text('decrypted,appid') }} as appid,
        {{ json_text('decrypted,trade_state') }} as trade_state,
        {{ json_time('decrypted,success_time') }} as paid_at,
        {{ json_integer('decrypted,amount,total') }} as total_fen,
        {{ json_integer('decrypted,amount,payer_total') }} as payer_total_fen,
        {{ json_text('decrypted,amount,currency') }} as currency,
        {{ envelope() }}
    from source
)

select * from renamed
