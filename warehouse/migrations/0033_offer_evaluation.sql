-- Whether the decision pays, looked at once a week; and what the policy would have chosen where it tried something else.
alter table offers.decision_log add column policy_offer_id text;
comment on column offers.decision_log.policy_offer_id is
    'The offer of the list that was worth most, where another one was tried; null where nothing was tried.';

create table offers.evaluation (
    as_of date not null,
    measure text not null,
    place smallint not null,
    subject text not null,
    value numeric(18, 6) not null,
    lower numeric(18, 6),
    upper numeric(18, 6),
    units integer not null,
    is_alarming boolean not null,
    primary key (as_of, measure, subject)
);
comment on table offers.evaluation is
    'What the step `evaluate` found. place: the order of a measure''s rows. policy: fen a decision that personal offers earn, by estimator. gain: the same less what the best single offer earns. qini: conversions per 1,000 persons that the offers add, by share of persons reached, best score first; area: less that of a random order. drift: population stability index of what the response model looks at, newest month against those before.';

grant select, insert, update, delete on offers.evaluation to c360_offers;
grant select on offers.evaluation to c360_privacy;
