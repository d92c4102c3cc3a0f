"""The people of one chunk: drawn, cast into situations, and brought to each other."""

from dataclasses import dataclass
from typing import Final

from sample_data.births import draw_person
from sample_data.dice import Dice
from sample_data.invented import Mint
from sample_data.people import Device, Person
from sample_data.scenarios import Casting
from sample_data.timeline import Period

INVITED_SHARE: Final = 0.14
KEEN_EVERY: Final = 5


@dataclass(slots=True)
class Population:
    """Some people and the devices of shops they meet at."""

    people: list[Person]
    tablets: list[Device]


def draw_population(dice: Dice, mint: Mint, numbers: range, period: Period) -> Population:
    """Return the people with these numbers."""
    people = [draw_person(dice, mint, number, period) for number in numbers]
    casting = Casting(dice, mint, period)
    casting.deal(people)
    _introduce(dice, people)
    return Population(people, casting.tablets)


def _introduce(dice: Dice, people: list[Person]) -> None:
    """Some came because a keen member shared a card with them."""
    keen = [p for p in people if p.is_member and p.number % KEEN_EVERY == 0]
    for person in people:
        if dice.chance(INVITED_SHARE):
            candidates = (dice.choice(keen) for _ in range(6))
            person.inviter = next((p for p in candidates if p.registered_at < person.born), None)
        if person.inviter is not None:
            person.invited_depth = 1 if person.inviter.inviter is None else 2
