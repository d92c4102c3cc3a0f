-- Grain: one member in the newest state.
{{ config(
    materialized='incremental',
    unique_key=['member_id'],
    indexes=[{'columns': ['member_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__members'), ['member_id']) }}
