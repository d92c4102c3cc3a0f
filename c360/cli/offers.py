"""Offers: check the catalogue, see why a customer gets one and not another."""

import typer

from c360.cli.output import AsJson, Customer, console, print_json, print_rows, say
from c360.offer_card import offer_document, show_offers
from next_best_offer.catalogue import find_problems
from pipeline.offer_catalogue import read_catalogue
from pipeline.offer_replay import replay_offers
from pipeline.tag_rules import find_tag_problems
from settings import load_settings

app = typer.Typer(name="offers", no_args_is_help=True, help=__doc__)


@app.callback()
def _offers() -> None:
    """Offers: check the catalogue, see why a customer gets one and not another."""


@app.command(epilog="Example: c360 offers check")
def check(*, as_json: AsJson = False) -> None:
    """Check the catalogue and the rules of offers and tags; exit 1 and say what to repair."""
    settings = load_settings()
    catalogue = read_catalogue(settings)
    problems = [*find_problems(catalogue), *find_tag_problems(settings)]
    if problems:
        rows = [(p.file, p.line, p.subject, p.what) for p in problems]
        print_rows("To repair", ("file", "line", "offer or tag", "what"), rows, as_json=as_json)
        raise typer.Exit(1)
    if as_json:
        print_json([])
    else:
        say(f"{len(catalogue.offers)} offers and {len(catalogue.rules)} rules are in order")


@app.command(epilog="Example: c360 offers show member_id:M00033697")
def show(
    identifier: Customer,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a customer may be sent now, why, and why not the others. Look-ups are audited."""
    if as_json:
        print_json(offer_document(load_settings(), identifier))
    else:
        show_offers(load_settings(), identifier, console=console)


@app.command(epilog="Example: c360 offers replay")
def replay(*, as_json: AsJson = False) -> None:
    """Judge all that may be sent again, without the pipeline's SQL; exit 1 if a rule is broken."""
    found = replay_offers(load_settings())
    if found.violations:
        columns = ("rule", "profile", "offer")
        print_rows("Broken rules", columns, found.violations, as_json=as_json)
        raise typer.Exit(1)
    if as_json:
        print_json([])
    else:
        say(f"{found.rows:,} rows for {found.decided_on} break no rule")
