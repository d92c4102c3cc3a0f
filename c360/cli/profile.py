"""One customer, by any identifier."""

import typer

from c360.cli.output import AsJson, Customer, console, print_json
from c360.profile_card import profile_document, show_profile
from settings import load_settings

app = typer.Typer(name="profile", no_args_is_help=True, help=__doc__)


@app.callback()
def _profile() -> None:
    """One customer, by any identifier."""


@app.command(epilog="Example: c360 profile show member_id:M00033697")
def show(
    identifier: Customer,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a customer's portrait, offers and masked identifiers. Every look-up is audited."""
    if as_json:
        print_json(profile_document(load_settings(), identifier))
    else:
        show_profile(load_settings(), identifier, console=console)
