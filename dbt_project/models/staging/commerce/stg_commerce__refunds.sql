-- Grain: one refund.
with source as (
    select *
    from {{ source('raw', 'record') }}
    where source = 'commerce' and kind = 'refunds'
),

renamed as (
    select
        {{ json_text('refund_id') }} as refund_id,
        {{ json_text('transaction_id') }} as transaction_id,
        {{ json_text('order_id') }} as order_id,
        {{ json_integer('amount_fen') }} as amount_fen,
        {{ json_text('reason') }} as reason,
        {{ json_time('success_time') }} as refunded_at,
        {{ envelope() }}
    from source
)

select * from renamed
