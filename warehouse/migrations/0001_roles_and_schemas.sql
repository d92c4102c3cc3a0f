-- Roles are shared by the whole server, so they are only made when missing; who may log in and with
-- which password is set by `warehouse.bootstrap` from the deployment's secrets, never here.
do $$
declare
    role_name text;
begin
    foreach role_name in array array[
        'c360_owner', 'c360_migrate', 'c360_ingest', 'c360_identity', 'c360_transform', 'c360_offers',
        'c360_publish', 'c360_export', 'c360_privacy', 'c360_marketer', 'c360_bi'
    ] loop
        if not exists (select from pg_roles where rolname = role_name) then
            begin
                execute format('create role %I nologin', role_name);
            exception when duplicate_object or unique_violation then
                null;  -- another checkout on the same server made it at the same moment
            end;
        end if;
    end loop;
end
$$;

create schema raw;
create schema identity;
create schema staging;
create schema intermediate;
create schema build;
create schema mart;

comment on schema raw is 'Events and records as they came. 原始数据';
comment on schema identity is 'Who is who: identifiers, links, profiles. 身份识别';
comment on schema staging is 'One model per source kind, typed and renamed. 标准化层';
comment on schema intermediate is 'Facts keyed by actor. 事实层';
comment on schema build is 'Marts before they are published. 待发布的集市';
comment on schema mart is 'What marketers and BI tools read. 对外集市';

revoke all on schema public from public;

grant usage on schema raw to c360_ingest, c360_identity, c360_transform, c360_privacy;
grant usage on schema identity to c360_ingest, c360_identity, c360_transform, c360_privacy;
grant usage, create on schema staging, intermediate, build to c360_transform;
grant usage on schema staging, intermediate, build to c360_offers, c360_publish;
grant usage on schema mart to c360_publish, c360_export, c360_privacy, c360_marketer, c360_bi;
