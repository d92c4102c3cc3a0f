-- Grain: what WeChat's analytics say of one mini-program, endpoint, day and item, by the newest pull.
{{ config(
    materialized='incremental',
    unique_key=['appid', 'endpoint', 'ref_date', 'item_key'],
    indexes=[{'columns': ['appid', 'endpoint', 'ref_date', 'item_key'], 'unique': true}],
) }}

{{ newest(ref('stg_mini_program__analytics'), ['appid', 'endpoint', 'ref_date', 'item_key']) }}
