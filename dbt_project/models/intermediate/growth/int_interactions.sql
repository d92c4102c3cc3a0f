-- Grain: one interaction in its newest state.
{{ config(
    materialized='incremental',
    unique_key=['interaction_kind', 'interaction_key'],
    indexes=[
        {'columns': ['interaction_kind', 'interaction_key'], 'unique': true},
        {'columns': ['interaction_kind', 'on_date']},
    ],
) }}

{{ newest(ref('int_interaction_records'), ['interaction_kind', 'interaction_key']) }}
