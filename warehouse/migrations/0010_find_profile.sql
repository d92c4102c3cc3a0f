-- One customer by any identifier, for marketers: they may ask for a value they know, never list values.
create function mart.find_profile(p_namespace text, p_scope text, p_value text) returns setof mart.profile
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_profile_id text;
begin
    select published.profile_id into found_profile_id
    from identity.identifier as known
    inner join mart.profile_identifier as published on known.identifier_id = published.identifier_id
    where known.namespace = p_namespace and known.scope = p_scope and known.value = p_value
        and known.status <> 'erased';

    insert into ops.audit (action, detail)
    values ('find_profile', jsonb_build_object('namespace', p_namespace, 'scope', p_scope, 'profile_id', found_profile_id));

    return query select * from mart.profile where profile_id = found_profile_id;
end
$$;
comment on function mart.find_profile(text, text, text) is
'The profile that holds an identifier: namespace, scope (empty when it needs none), value in its normal form. Every look-up is audited. 按任一标识查找客户档案，每次查询都有审计记录';
revoke all on function mart.find_profile(text, text, text) from public;
grant execute on function mart.find_profile(text, text, text) to c360_marketer;
