"""The demonstration: the whole product on an invented brand."""

from typing import Annotated

import typer

from c360.demo import Brand, run_demo

app = typer.Typer()


@app.command(epilog="Example: c360 demo --people 1000")
def demo(
    people: Annotated[int, typer.Option(help="How many customers.")] = Brand.people,
    days: Annotated[int, typer.Option(help="Days with daily files.")] = Brand.days,
) -> None:
    """Start everything, write a sample, load it through Airflow and print what came out."""
    run_demo(Brand(people=people, days=days))
