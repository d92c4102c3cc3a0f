-- Grain: reason why an offer is chosen or held back.
with final as (
    select
        reason_code,
        stage,
        text_zh as reason_zh,
        text_en as reason_en
    from {{ ref('reason') }}
)

select * from final
