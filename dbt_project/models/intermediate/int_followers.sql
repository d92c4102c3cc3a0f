-- Grain: one follower (identifier set of one pulled follower) in the newest pull.
{{ config(
    materialized='incremental',
    unique_key=['appid', 'identifier_set_id'],
    indexes=[{'columns': ['appid', 'identifier_set_id'], 'unique': true}],
) }}

{{ newest(ref('stg_official_account__followers'), ['appid', 'identifier_set_id']) }}
