"""What waits for a run of the chain, and whether a complete day waits among it."""

from dataclasses import dataclass
from datetime import date

from settings import Settings
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_publish"
STAGE = "runs"


@dataclass(frozen=True)
class PendingWork:
    """The ledger's answer.

    `closed_day_loads` are the pending loads that belong to a day that is complete. `as_of` is the
    newest complete day, `published_as_of` the newest published one; None while there is none.
    `is_loading` says that a source is being loaded at this moment.
    """

    loads: int
    closed_day_loads: int
    as_of: date | None
    published_as_of: date | None
    is_loading: bool

    @property
    def is_anything(self) -> bool:
        """Whether a run could publish something that `mart` does not have yet."""
        return self.as_of is not None and (self.loads > 0 or self.has_new_day)

    @property
    def is_complete_day(self) -> bool:
        """Whether a newly complete day, or a late file of a complete one, waits at rest."""
        is_ready = self.closed_day_loads > 0 or self.has_new_day
        return self.as_of is not None and is_ready and not self.is_loading

    @property
    def has_new_day(self) -> bool:
        """Whether a day became complete since the last publish."""
        return self.as_of is not None and (
            self.published_as_of is None or self.as_of > self.published_as_of
        )


def read_pending_work(settings: Settings) -> PendingWork:
    """Look into the ledger; changes nothing."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        row = conn.execute(
            """
            select
                count(l.load_id),
                count(l.load_id) filter (where l.landing_day <= d.as_of),
                d.as_of,
                d.published_as_of,
                exists (
                    select from ops.stage_run as s
                    inner join pg_locks as k
                        on ((k.classid::bigint << 32) | k.objid::bigint)
                        = hashtextextended('c360:' || s.stage, 0)
                    inner join pg_database as b on k.database = b.oid
                    where s.stage like 'ingest:%' and s.status = 'running'
                        and k.locktype = 'advisory' and k.granted
                        and b.datname = current_database()
                )
            from (
                select
                    (select max(day) from ops.closed_day) as as_of,
                    (select max(as_of) from ops.run where status = 'published') as published_as_of
            ) as d
            left join ops.load as l on l.published_run_id is null
            group by d.as_of, d.published_as_of
            """
        ).fetchone()
    return PendingWork(*row) if row else PendingWork(0, 0, None, None, is_loading=False)
