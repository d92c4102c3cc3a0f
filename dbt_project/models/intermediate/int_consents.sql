-- Grain: one consent in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['consent_id'],
    indexes=[{'columns': ['consent_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__consents'), ['consent_id']) }}
