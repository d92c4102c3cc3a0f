"""Seconds of each stage of the chain's runs, and Airflow's share, of the deployment at hand.

Run it after `make demo`, while Airflow is up: python -m benchmarks.chain
"""

from rich.console import Console
from rich.table import Table

from c360 import airflow_processes
from c360.task_time import read_task_time
from settings import Settings, load_settings
from warehouse.connection import LOGIN, connect

# A build of dbt notes the seconds of its models under its layer's name.
STAGES = """
select
    s.run_id,
    coalesce(
        (select 'dbt ' || replace(k, '_model_seconds', '') from jsonb_object_keys(s.counts) as k
            where k like '%_model_seconds'),
        s.stage
    ) as work,
    extract(epoch from s.finished_at - s.started_at)::float8 as wall_seconds,
    (select value::float8 from jsonb_each_text(s.counts) where key like '%_model_seconds'),
    (s.counts ->> 'cpu_seconds')::float8 as cpu_seconds
from ops.stage_run as s
where s.run_id is not null and s.status = 'done'
order by s.fence
"""


def stage_table(settings: Settings) -> Table:
    """One row a stage and run: wall, dbt's models alone, CPU of our process."""
    table = Table("run", "work", "wall s", "models s", "CPU s", title="The chain, stage by stage")
    with connect(settings, LOGIN) as conn:
        for run_id, work, *seconds in conn.execute(STAGES):
            shown = ["–" if value is None else f"{value:,.1f}" for value in seconds]
            table.add_row(str(run_id), work, *shown)
    return table


def main() -> None:
    """Print the stages, then Airflow's own share when it is up to be asked."""
    console, settings = Console(), load_settings()
    console.print(stage_table(settings))
    if all(component.is_running for component in airflow_processes.status(settings)):
        time = read_task_time(airflow_processes.client(settings))
        console.print(
            f"Airflow itself: {time.overhead_seconds:,.1f} of {time.total_seconds:,.1f} s "
            f"({time.overhead_share:.0%}; bar 35 %) between the first run queued and the last ended"
        )
    else:
        console.print("Airflow is not up, so its share cannot be read: c360 up")


if __name__ == "__main__":
    main()
