-- Grain: one record of what customers do outside of pages: loyalty, service, invitations, articles.
-- measure_1 and so on are the record's own figures:
-- stored_value: fen, gift fen · check_in: points, streak · service: messages, rating
-- article: readers, sharers, likers, comments.
{{ config(materialized='ephemeral') }}

{% set kinds = [
    ('stored_value', ref('stg_commerce__stored_value'), {
        'key': 'entry_id', 'on_date': local_date('occurred_at'), 'action': 'reason',
        'measures': ['delta_fen', 'gift_delta_fen'],
    }),
    ('check_in', ref('stg_commerce__check_ins'), {
        'key': 'source_key', 'on_date': 'coalesce(local_date, event_day)', 'action': "'check_in'",
        'measures': ['points', 'streak'],
    }),
    ('tier', ref('stg_commerce__tiers'), {
        'key': 'source_key', 'on_date': local_date('changed_at'), 'action': 'to_tier', 'topic': 'from_tier',
        'measures': [],
    }),
    ('service', ref('stg_commerce__service_conversations'), {
        'key': 'conversation_id', 'on_date': local_date('opened_at'),
        'action': "case when is_transferred then 'transferred' when closed_at is not null then 'closed' else 'open' end",
        'channel': 'channel', 'topic': 'topic', 'started_at': 'opened_at', 'answered_at': 'first_reply_at',
        'measures': ['message_count', 'rating'],
    }),
    ('referral', ref('stg_commerce__referrals'), {
        'key': 'referral_id', 'on_date': local_date('invited_at'), 'action': 'reward_id', 'topic': 'campaign_id',
        'subject': 'inviter_member_id', 'object': 'invitee_member_id',
        'started_at': 'invited_at', 'answered_at': 'converted_at', 'measures': [],
    }),
    ('wecom', ref('stg_official_account__wecom_pushes'), {
        'key': 'source_key', 'on_date': local_date('occurred_at'), 'action': 'change_type', 'topic': 'channel_state',
        'measures': [],
    }),
    ('article', ref('stg_official_account__article_days'), {
        'key': "concat_ws('|', appid, article_id, stat_date, endpoint)", 'on_date': 'stat_date', 'action': 'endpoint',
        'topic': 'title', 'subject': 'article_id', 'object': 'published_date::text',
        'measures': ['reader_count', 'sharer_count', 'liker_count', 'comment_count'],
    }),
] %}

with final as (
    {% for kind, staged, columns in kinds %}
        select
            '{{ kind }}'::text as interaction_kind,
            {{ columns.key }} as interaction_key,
            {{ columns.on_date }} as on_date,
            {{ columns.get('action', 'null') }}::text as action,
            {{ columns.get('channel', 'null') }}::text as channel,
            {{ columns.get('topic', 'null') }}::text as topic,
            {{ columns.get('subject', 'null') }}::text as subject_id,
            {{ columns.get('object', 'null') }}::text as object_id,
            {{ columns.get('started_at', 'null') }}::timestamptz as started_at,
            {{ columns.get('answered_at', 'null') }}::timestamptz as answered_at,
            {{ columns.measures[0] or 'null' }}::bigint as measure_1,
            {{ columns.measures[1] or 'null' }}::bigint as measure_2,
            {{ columns.measures[2] or 'null' }}::bigint as measure_3,
            {{ columns.measures[3] or 'null' }}::bigint as measure_4,
            {{ envelope() }}
        from {{ staged }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
