"""The good brand of the gates' tests, published, with one customer worth a look."""

import pytest

from settings import Settings
from tests.integration.expectations.conftest import brand, brand_template, spoil
from warehouse.connection import LOGIN, connect

__all__ = ["brand", "brand_template", "published", "spoil"]

_CUSTOMER = """
update mart.profile set display_name_masked = '+86154****0001', reach_sms = true
where profile_id = 'p_1';
update mart.next_best_offer set reason_en = 'buys this', reason_zh = '常买此品类'
where profile_id = 'p_1';
insert into mart.publication values (1, '2026-11-14', '2026-11-15 02:00+08', 2, '{}', '{}');
insert into mart.profile_redirect (old_profile_id, profile_id, status, changed_at)
values ('p_old', 'p_1', 'retired', '2026-11-10');
insert into ops.gate_result (run_id, gate, suite, expectation, severity, success) values
(2, 'raw', 'volume', 'volume_is_not_a_fraction_of_history', 'critical', false),
(2, 'raw', 'ledger', 'ledger_equals_rows', 'critical', true);
insert into ops.stage_run (stage, run_id, finished_at, status, counts) values
('gate_raw', 2, now(), 'done', '{"wall_seconds": 2.5, "cpu_seconds": 1.5}'),
('transform', 2, now(), 'done', '{"wall_seconds": 7.25, "cpu_seconds": 3}');
update ops.run set status = 'blocked', reason = 'gate raw: volume_is_not_a_fraction_of_history'
where run_id = 2
"""


@pytest.fixture
def published(brand: Settings) -> Settings:
    with connect(brand, LOGIN) as conn:
        conn.execute(_CUSTOMER.encode())
    return brand
