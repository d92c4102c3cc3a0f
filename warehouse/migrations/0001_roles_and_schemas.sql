-- The roles themselves belong to the whole server: `warehouse.database_roles` makes them before any migration runs,
-- and `c360_owner` runs the migrations and owns what they make.
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

grant usage on schema raw to c360_ingest, c360_identity, c360_transform, c360_privacy;
grant usage on schema identity to c360_ingest, c360_identity, c360_transform, c360_privacy;
grant usage, create on schema staging, intermediate, build to c360_transform;
grant usage on schema staging, intermediate, build to c360_offers, c360_publish;
grant usage on schema mart to c360_publish, c360_export, c360_privacy, c360_marketer, c360_bi;

-- dbt makes and replaces the tables of these schemas; whoever reads them keeps the right through every rebuild.
alter default privileges for role c360_transform in schema staging, intermediate, build
grant select on tables to c360_offers, c360_publish;
