-- Grain: one product in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['product_id'],
    indexes=[{'columns': ['product_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__products'), ['product_id']) }}
