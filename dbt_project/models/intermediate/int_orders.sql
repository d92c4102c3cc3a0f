-- Grain: one order in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['order_id'],
    indexes=[{'columns': ['order_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__orders'), ['order_id'], together_by='identifier_set_id') }}
