-- Audiences leave the house through one function: the export role never reads identifiers by itself.
create function offers.audience(
    p_offer_id text, p_channel text, p_limit integer, p_quiet_days integer, p_is_third_party boolean
) returns table (profile_id text, channel_id text, account_id text, template_id text, expected_value_fen numeric, reason_zh text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    wanted_namespace text := case p_channel
        when 'mp_subscribe' then 'openid' when 'official_account' then 'openid'
        when 'wecom' then 'external_userid' when 'sms' then 'phone' when 'email' then 'email'
        when 'push' then 'app_install_id'
    end;
begin
    if wanted_namespace is null then
        raise exception 'unknown channel' using errcode = 'invalid_parameter_value';
    end if;
    insert into ops.audit (action, detail)
    values ('audience', jsonb_build_object(
        'offer_id', p_offer_id, 'channel', p_channel, 'limit', p_limit, 'is_third_party', p_is_third_party
    ));
    return query
    select
        best.profile_id,
        -- Phone numbers and addresses leave as SHA-256, which is what receivers match on.
        case when wanted_namespace in ('phone', 'email')
            then encode(sha256(convert_to(address.value, 'UTF8')), 'hex') else address.value end,
        best.account_id,
        best.template_id,
        best.expected_value_fen,
        best.reason_zh
    from mart.next_best_offer as best
    inner join mart.profile as person on best.profile_id = person.profile_id
    inner join intermediate.int_person_channels as allowed
        on best.profile_id = allowed.profile_id and best.channel = allowed.channel
    cross join lateral (
        select known.value
        from identity.identifier_profile as map
        inner join identity.identifier as known on map.identifier_id = known.identifier_id
        where map.profile_id = best.profile_id and map.valid_to is null and known.status = 'active'
            and known.namespace = wanted_namespace
            and (wanted_namespace <> 'openid' or known.scope = best.account_id)
        order by known.last_seen_at desc nulls last, known.identifier_id
        limit 1
    ) as address
    where best.offer_id = p_offer_id and best.channel = p_channel and best.is_allocated
        and allowed.is_reachable and allowed.is_consented
        and (p_quiet_days is null or coalesce(person.last_contact_at, '-infinity') < (
            select (publication.as_of + 1 - p_quiet_days)::timestamp at time zone 'Asia/Shanghai'
            from mart.publication
        ))
        and (not p_is_third_party or exists (
            select from intermediate.int_person_consents as consent
            where consent.profile_id = best.profile_id and consent.purpose = 'third_party_share' and consent.is_granted
        ))
    order by best.expected_value_fen desc nulls last, best.profile_id
    limit p_limit;
end
$$;
comment on function offers.audience(text, text, integer, integer, boolean) is
'Whom to send an offer through a channel, with exactly that channel''s id; who did not agree, or not to sharing with another controller, is left out. Every call is audited. 按优惠与渠道导出人群，每次调用都有审计记录';
revoke all on function offers.audience(text, text, integer, integer, boolean) from public;
grant execute on function offers.audience(text, text, integer, integer, boolean) to c360_export;
