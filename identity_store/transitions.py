"""How profiles became other profiles: what a run tells about its changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from identity_resolution.graph import Flags, Integers

NO_PROFILE = -1


class EventKind(StrEnum):
    """What happened to a profile."""

    CREATED = "created"
    IDENTIFIED = "identified"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of some identifiers: the position of each one's anchor, or `NO_PROFILE`.

    is_known: whether that profile is a known person.
    """

    anchor: Integers
    is_known: Flags


@dataclass(frozen=True, slots=True)
class ProfileEvent:
    """A change; profiles are given by the positions of their anchors."""

    kind: EventKind
    from_anchor: int
    to_anchor: int


def transitions(before: Profiles, after: Profiles) -> Iterator[ProfileEvent]:
    """Yield what changed between two maps of the same identifiers, ordered by kind and anchors.

    A profile goes where its anchor identifier goes. If that is a profile that existed, or that
    others go to as well, it was merged; else it only got another name: it was identified, as is one
    that turns from anonymous to known. Members that go elsewhere were split off into a new profile,
    or moved to one that existed.
    """
    had = before.anchor != NO_PROFILE
    old, new = before.anchor[had], after.anchor[had]
    live_before = np.unique(old)
    heirs, heir_count = np.unique(after.anchor[live_before], return_counts=True)
    alone = set(heirs[heir_count == 1].tolist()) - set(live_before.tolist())
    existed = set(live_before.tolist())
    for anchor in np.setdiff1d(after.anchor, np.union1d(new, [NO_PROFILE])).tolist():
        yield ProfileEvent(EventKind.CREATED, NO_PROFILE, anchor)
    pairs = np.unique(np.column_stack((old, new))[old != new], axis=0)
    heir_of = after.anchor[pairs[:, 0]]
    for (start, end), heir in zip(pairs.tolist(), heir_of.tolist(), strict=True):
        yield ProfileEvent(_kind(end, heir, end in alone, end in existed), start, end)
    became_known = ~before.is_known & after.is_known & had & (before.anchor == after.anchor)
    for anchor in np.unique(after.anchor[became_known]).tolist():
        yield ProfileEvent(EventKind.IDENTIFIED, anchor, anchor)


def _kind(end: int, heir: int, is_alone: bool, has_existed: bool) -> EventKind:  # noqa: FBT001
    if end == heir:
        return EventKind.IDENTIFIED if is_alone else EventKind.MERGED
    return EventKind.MOVED if has_existed else EventKind.SPLIT
