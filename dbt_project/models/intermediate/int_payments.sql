-- Grain: one payment in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['transaction_id'],
    indexes=[{'columns': ['transaction_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__payments'), ['transaction_id']) }}
