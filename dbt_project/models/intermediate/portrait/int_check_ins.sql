-- Grain: one day on which a member checked in.
{{ config(
    materialized='incremental',
    unique_key=['member_id', 'local_date'],
    indexes=[{'columns': ['member_id', 'local_date'], 'unique': true}],
) }}

{{ newest(ref('stg_commerce__check_ins'), ['member_id', 'local_date']) }}
