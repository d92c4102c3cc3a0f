-- Grain: one message to a customer in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['message_id'],
    indexes=[{'columns': ['message_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__contacts'), ['message_id'], together_by='identifier_set_id') }}
