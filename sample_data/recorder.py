"""What every format needs in order to write down what people do."""

from dataclasses import dataclass, field

from sample_data.dice import Dice
from sample_data.invented import Mint
from sample_data.landing import Kind, Landing, Record
from sample_data.official_figures import Audience
from sample_data.timeline import DAY_SECONDS, Period

LATE_SHARE = 0.008


@dataclass(slots=True)
class Recorder:
    """Hands lines to the landing folder and remembers whose events they are.

    `event_owners` are (source, kind, source key, person); the person is empty for a shop's device
    that nobody is logged in on.
    """

    landing: Landing
    mint: Mint
    period: Period
    dice: Dice
    event_owners: list[tuple[str, str, str, str]] = field(default_factory=list)
    event_number: int = 0
    audience: Audience = field(default_factory=Audience)

    def next_number(self) -> int:
        """Return a number no other event of this sample has."""
        self.event_number += 1
        return self.event_number

    def received(self, at: int) -> int:
        """Return when something done at a time arrives: mostly at once, sometimes days later."""
        if self.dice.chance(LATE_SHARE):
            late = at + self.dice.randrange(DAY_SECONDS // 2, 3 * DAY_SECONDS)
            return late if late < self.period.end else at + 3
        return at + 3

    def event(self, kind: Kind, received: int, record: Record, owner: tuple[str, str]) -> None:
        """Take an event; `owner` is its key at the source and the person it belongs to."""
        self.landing.add(kind, received, record)
        self.event_owners.append((*kind, *owner))

    def record(self, kind: Kind, at: int, record: Record) -> None:
        """Take a record that is written at a time."""
        self.landing.add(kind, at, record)
