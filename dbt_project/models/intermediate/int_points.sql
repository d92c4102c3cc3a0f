-- Grain: one entry of the points ledger.
{{ config(
    materialized='incremental',
    unique_key=['entry_id'],
    indexes=[{'columns': ['entry_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__points'), ['entry_id']) }}
