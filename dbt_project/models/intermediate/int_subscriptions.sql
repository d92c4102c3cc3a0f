-- Grain: one template in one push about subscription messages.
{{ config(
    materialized='incremental',
    unique_key=['event_day', 'source_key', 'item_number'],
    indexes=[{'columns': ['event_day', 'source_key', 'item_number'], 'unique': true}],
) }}

{{ newest(ref('stg_mini_program__subscriptions'), ['event_day', 'source_key', 'item_number']) }}
