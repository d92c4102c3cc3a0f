-- Grain: one conversation with customer service in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['conversation_id'],
    indexes=[{'columns': ['conversation_id'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__service_conversations'), ['conversation_id']) }}
