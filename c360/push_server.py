"""Puts the push receiver of a deployment together, once for each server process."""

import os
import secrets
import time
from datetime import UTC, datetime

from ingestion.receiver.app import Receiver, Rotation
from ingestion.receiver.intake import Intake
from ingestion.receiver.journal import Journal
from ingestion.receiver.routing import PushAccount, push_accounts
from settings import ConfigError, Settings, accounts, load_settings

ROTATE_VARIABLE = "C360_PUSH_ROTATE_SECONDS"
MAX_AGE_VARIABLE = "C360_PUSH_MAX_AGE_SECONDS"
MAX_WAITING_BYTES = 64 * 1024 * 1024


def check(settings: Settings) -> dict[str, PushAccount]:
    """The accounts whose pushes are taken.

    Raises:
        ConfigError: none has a token, or a key is wrong.
    """
    found = push_accounts(accounts(settings.config_dir), os.environ)
    if not found:
        raise ConfigError(
            "no account of config/accounts.yml has a push token: set C360_PUSH_TOKEN_<APPID> "
            "(appid in capitals), and C360_PUSH_KEY_<APPID> for AES mode"
        )
    return found


def create_app() -> Receiver:
    """The application of this process."""
    settings = load_settings()
    spool_dir = settings.state_dir / "pushes"
    started = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = f"push-{started}-{os.getpid()}-{secrets.token_hex(3)}"
    journal = Journal(spool_dir, name, max_waiting_bytes=MAX_WAITING_BYTES)
    max_age_seconds = float(os.environ.get(MAX_AGE_VARIABLE, "600"))
    intake = Intake(check(settings), journal, time.time, max_age_seconds)
    seconds = float(os.environ.get(ROTATE_VARIABLE, "60"))
    return Receiver(intake, Rotation(spool_dir, settings.landing_dir, seconds))
