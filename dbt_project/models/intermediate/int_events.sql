-- Grain: one event (event_day, channel, kind, source_key). Of records that share the key the newest wins.
-- An event knows the identifiers it was seen with, never a profile: a merge or a split rewrites no fact.
{{ config(
    materialized='incremental',
    unique_key=['event_day', 'channel', 'kind', 'source_key'],
    indexes=[
        {'columns': ['event_day', 'channel', 'kind', 'source_key'], 'unique': true},
        {'columns': ['_load_id']},
        {'columns': ['identifier_set_id']},
    ],
    post_hook=["{{ forget_superseded() }}", "{{ refresh_statistics() }}"],
) }}

{% set keys = ['event_day', 'channel', 'kind', 'source_key'] %}
{{ newest(ref('int_event_records'), keys, together_by='identifier_set_id') }}
