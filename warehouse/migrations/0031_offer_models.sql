-- Who responds, as learnt: one model a month. Its coefficients are data; dbt scores with them while the gate is open.
create table offers.model (
    month_end date primary key,
    model_version text not null unique,
    run_id bigint not null,
    intercept numeric(12, 6) not null,
    mean_predicted numeric(8, 6) not null,
    area_under_curve numeric(8, 6) not null,
    gain numeric(10, 6) not null,
    gain_lower numeric(10, 6) not null,
    gain_upper numeric(10, 6) not null,
    people integer not null,
    is_open boolean not null
);
comment on table offers.model is
    'Model of who orders after a message, by the newest month it was judged on. gain: mean log likelihood above that of the plain rate, among people it never saw; is_open: the lower end is above 0.';

create table offers.model_coefficient (
    month_end date not null references offers.model on delete cascade,
    feature text not null,
    centre numeric(18, 6) not null,
    scale numeric(18, 6) not null,
    coefficient numeric(12, 6) not null,
    primary key (month_end, feature)
);
comment on table offers.model_coefficient is 'p = 1 / (1 + exp(-(intercept + sum of coefficient * (value - centre) / scale))).';

create table offers.model_reliability (
    month_end date not null references offers.model on delete cascade,
    bin smallint not null,
    people integer not null,
    mean_predicted numeric(8, 6) not null,
    rate numeric(8, 6) not null,
    primary key (month_end, bin)
);
comment on table offers.model_reliability is 'What was predicted and what happened, among people the model never saw, in bins of about equal size.';

grant select, insert, update, delete on offers.model, offers.model_coefficient, offers.model_reliability to c360_offers;
grant select on offers.model, offers.model_coefficient to c360_transform;
grant select on offers.model, offers.model_coefficient, offers.model_reliability to c360_privacy;
