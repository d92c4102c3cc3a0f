"""Writes the sample: chunk by chunk, each from its own seed, into landing and truth folders."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from sample_data.articles import write_articles
from sample_data.brand import SERVICE_ACCOUNT, catalogue, seasons
from sample_data.commerce import write_products
from sample_data.diary import Diary
from sample_data.dice import Dice
from sample_data.difficulty import PairCounts, account_components, count_pairs, plain_components
from sample_data.invented import Mint
from sample_data.landing import Landing
from sample_data.official_figures import Audience, write_official_figures
from sample_data.population import Population, draw_population
from sample_data.recorder import Recorder
from sample_data.shopping import Shop
from sample_data.timeline import Period
from sample_data.truth import Ownership, TruthFiles, identifiers_of, newest_owners, ownerships

CHUNK_PEOPLE: Final = 2_500
FEWEST_PEOPLE: Final = 200
FEWEST_DAYS: Final = 14

Progress: TypeAlias = Callable[[str, int, int], None]


@dataclass(slots=True)
class SampleSummary:
    """What was written.

    `line_counts` by (source, kind), `scenario_counts` in people, `defect_counts` in lines;
    the pair counts say how far two simple ways to join identifiers get.
    """

    people: int
    files: int = 0
    line_counts: dict[tuple[str, str], int] = field(default_factory=dict)
    scenario_counts: dict[str, int] = field(default_factory=dict)
    defect_counts: dict[str, int] = field(default_factory=dict)
    plain: PairCounts = field(default_factory=PairCounts)
    accounts_only: PairCounts = field(default_factory=PairCounts)

    @property
    def lines(self) -> int:
        """All lines of all files, defects included, CSV headers not."""
        return sum(self.line_counts.values())


def write_sample(  # noqa: PLR0913 - the arguments are the command's options
    out: Path,
    *,
    people: int,
    days: int,
    seed: int,
    last_day: date,
    progress: Progress | None = None,
) -> SampleSummary:
    """Write `landing` and `truth` of an invented brand below `out`, replacing what is there.

    The last `days` days have daily files, the 13 months before one file a kind and month. The same
    arguments give the same bytes. `progress` is called with a stage, people done, people in all.
    Raises ValueError below 200 people or 14 days: the ten situations would not fit.
    """
    if people < FEWEST_PEOPLE or days < FEWEST_DAYS:
        raise ValueError(f"a sample needs {FEWEST_PEOPLE} people and {FEWEST_DAYS} days at least")
    sample = _Sample(out, seed, Period.ending(last_day, days))
    for number, chunk in enumerate(_chunks(people)):
        sample.write_chunk(number, chunk)
        if progress is not None:
            progress("people", chunk.stop, people)
    return sample.finish(people)


def _chunks(people: int) -> list[range]:
    """Split the people into chunks of nearly equal size."""
    count = -(-people // CHUNK_PEOPLE)
    bounds = [people * number // count for number in range(count + 1)]
    return [range(first, last) for first, last in pairwise(bounds)]


class _Sample:
    """A sample while it is being written."""

    def __init__(self, out: Path, seed: int, period: Period) -> None:
        for name in ("landing", "truth"):
            shutil.rmtree(out / name, ignore_errors=True)
            (out / name).mkdir(parents=True)
        self.seed, self.period = seed, period
        self.mint = Mint(seed)
        self.landing = Landing(out / "landing", period)
        self.truth = TruthFiles(out / "truth")
        products = catalogue(seed, period.history_day, period.last_day)
        self.shop = Shop(period, products, seasons(period))
        self.scenarios: Counter[str] = Counter()
        self.defects: Counter[str] = Counter()
        self.plain, self.accounts_only = PairCounts(), PairCounts()
        self.events = 0
        self.audience = Audience()
        self.followers = 0

    def write_chunk(self, number: int, numbers: range) -> None:
        """Write everything about some people."""
        dice = Dice(f"sample-{self.seed}-{number}")
        population = draw_population(dice, self.mint, numbers, self.period)
        recorder = Recorder(
            self.landing,
            self.mint,
            self.period,
            dice,
            event_number=self.events,
            audience=self.audience,
        )
        if number == 0:
            write_products(self.shop.products, dice, recorder)
        Diary(recorder, dice, self.shop).write(population.people)
        self.events = recorder.event_number
        self.followers += sum(SERVICE_ACCOUNT in person.openids for person in population.people)
        self.audience.settle()
        self._settle(population, recorder)
        defects = self.landing.flush(dice)
        self.truth.write_defects(defects)
        self.defects.update(defect.kind for defect in defects)

    def _settle(self, population: Population, recorder: Recorder) -> None:
        """Write the truth about what was really seen, and count how hard it is."""
        groups = self.landing.sightings.groups
        seen = {identifier for group in groups for identifier in group}
        owned = [o for person in population.people for o in ownerships(person)]
        owned += [
            Ownership(identifier, "", tablet.since)
            for tablet in population.tablets
            for identifier in identifiers_of(tablet)
        ]
        owned = [ownership for ownership in owned if ownership.identifier in seen]
        self.truth.write_identifiers(owned)
        self.truth.write_people(population.people)
        self.truth.write_events(recorder.event_owners)
        self.scenarios.update(s for p in population.people for s in (p.scenarios or ["plain"]))
        owner_of = newest_owners(owned)
        self.plain += count_pairs(owner_of, plain_components(groups))
        self.accounts_only += count_pairs(owner_of, account_components(groups))
        self.landing.sightings.clear()

    def finish(self, people: int) -> SampleSummary:
        """Write what is known at the end only, and sum up."""
        dice = Dice(f"official-{self.seed}")
        planted = write_official_figures(self.landing, self.period, self.audience, dice)
        self.truth.write_discrepancies(planted)
        write_articles(self.landing, self.period, dice, self.followers)
        defects = self.landing.flush(dice)
        self.truth.write_defects(defects)
        self.defects.update(defect.kind for defect in defects)
        self.landing.close()
        return SampleSummary(
            people=people,
            files=len(self.landing.files),
            line_counts=dict(sorted(self.landing.line_counts.items())),
            scenario_counts=dict(sorted(self.scenarios.items())),
            defect_counts=dict(sorted(self.defects.items())),
            plain=self.plain,
            accounts_only=self.accounts_only,
        )
