-- Grain: one refund.
{{ config(
    materialized='incremental',
    unique_key=['refund_id'],
    indexes=[{'columns': ['refund_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__refunds'), ['refund_id']) }}
