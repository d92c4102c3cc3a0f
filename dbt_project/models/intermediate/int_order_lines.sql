-- Grain: one order line in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['order_id', 'line_number'],
    indexes=[{'columns': ['order_id', 'line_number'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__order_lines'), ['order_id', 'line_number']) }}
