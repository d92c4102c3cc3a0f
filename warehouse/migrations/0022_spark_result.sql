-- What the Spark engine decided, to be compared or taken over; the engine replaces all rows at once.
create table identity.spark_identifier (
    identifier_id bigint not null,
    component_id bigint not null,
    anchor_id bigint not null,
    is_known boolean not null,
    status text not null,
    reason text
);
comment on table identity.spark_identifier is
    'Last result of the Spark engine: identifiers of one anchor_id are one profile.';
create table identity.spark_link (
    left_id bigint not null,
    right_id bigint not null,
    decision text not null
);
comment on table identity.spark_link is 'Last result of the Spark engine: used, or the reason of the refusal.';
grant select, insert, delete, truncate on identity.spark_identifier, identity.spark_link to c360_identity;
grant select on identity.spark_identifier, identity.spark_link to c360_privacy;
