-- Grain: one WeCom contact of one member of staff in the newest pull.
{{ config(
    materialized='incremental',
    unique_key=['corp_id', 'staff_id', 'identifier_set_id'],
    indexes=[{'columns': ['corp_id', 'staff_id', 'identifier_set_id'], 'unique': true}],
) }}

{{ newest(ref('stg_official_account__wecom_contacts'), ['corp_id', 'staff_id', 'identifier_set_id']) }}
