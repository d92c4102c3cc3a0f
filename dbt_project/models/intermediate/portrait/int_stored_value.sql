-- Grain: one entry of a stored-value account.
{{ config(
    materialized='incremental',
    unique_key=['entry_id'],
    indexes=[{'columns': ['entry_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__stored_value'), ['entry_id']) }}
