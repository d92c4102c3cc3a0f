-- What the steps of offers must remember: arms, places, prices, decisions. dbt reads it and never makes it anew.
create schema offers;
comment on schema offers is 'Memory of the offer steps: experiments, allocation, decisions. 优惠决策的持久数据';

create table offers.assignment (
    experiment_id text not null,
    profile_id text not null,
    arm text not null check (arm in ('treat', 'control')),
    identifier_id bigint,
    assigned_on date not null,
    exposed_at timestamptz,
    contaminated_at timestamptz,
    primary key (experiment_id, profile_id)
);
comment on table offers.assignment is
    'Arm of a person in an experiment (global, or an offer), drawn at first eligibility and never again. identifier_id is the anchor that carried it, so a split can assign it.';
create index assignment_profile on offers.assignment (profile_id);

create table offers.allocation (
    run_id bigint not null,
    resource text not null check (resource in ('stock', 'budget', 'slot', 'none')),
    name text not null,
    capacity numeric,
    price numeric(14, 6) not null,
    primary key (run_id, resource, name)
);
comment on table offers.allocation is 'Shadow price in fen of a unit of each scarce resource; a row `none` says that the step ran and nothing was scarce.';

create table offers.place (
    run_id bigint not null,
    profile_id text not null,
    offer_id text not null,
    primary key (profile_id)
);
comment on table offers.place is 'The one offer of each person that fits stock, budget and slots; of the newest run only.';

create table offers.decision_log (
    decision_id bigint generated always as identity primary key,
    run_id bigint not null,
    decided_on date not null,
    profile_id text not null,
    identifier_id bigint,
    offer_id text not null,
    rank smallint,
    channel text,
    arm text not null check (arm in ('treat', 'explore', 'fallback', 'control')),
    p_logged numeric(8, 6) not null,
    p_convert numeric(8, 6),
    expected_value_fen numeric(14, 2),
    model_version text
);
comment on table offers.decision_log is
    'Decisions, appended when they begin: what may be sent, and for held-out persons what is kept back (rank null). decided_on is the first day it holds for.';
create index decision_log_person on offers.decision_log (profile_id, offer_id, decided_on);
create index decision_log_day on offers.decision_log (decided_on);
create index decision_log_run on offers.decision_log (run_id);

create table offers.export (
    export_id bigint generated always as identity primary key,
    exported_at timestamptz not null,
    offer_id text not null,
    channel text not null,
    receiver text not null,
    is_third_party boolean not null,
    as_of date not null,
    row_count integer not null
);
create table offers.export_member (
    export_id bigint not null references offers.export on delete cascade,
    profile_id text not null,
    primary key (export_id, profile_id)
);
comment on table offers.export is 'Audiences that left the house: which offer, to whom, when; members by profile, never by clear identifier.';

grant usage on schema offers to c360_offers, c360_transform, c360_export, c360_privacy;
grant select, insert, update, delete on all tables in schema offers to c360_offers;
grant select, delete on all tables in schema offers to c360_privacy;
-- Erasing a person is the work of identity.
grant usage on schema offers to c360_identity;
grant select, delete on offers.assignment, offers.place, offers.decision_log, offers.export_member to c360_identity;
grant select on offers.assignment, offers.allocation, offers.place, offers.decision_log to c360_transform;
grant select, insert on offers.export, offers.export_member to c360_export;
grant usage on schema identity, mart to c360_offers;
grant select on identity.profile, identity.profile_event, identity.redirect to c360_offers;
grant insert on ops.audit to c360_offers;
