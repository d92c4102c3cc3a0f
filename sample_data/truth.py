"""The planted truth: whose identifiers and events these are."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from sample_data.brand import CORPORATION, OPEN_PLATFORM
from sample_data.defects import Defect
from sample_data.evidence import Identifier
from sample_data.official_figures import Discrepancy
from sample_data.people import FOREVER, Device, Person
from sample_data.timeline import iso

VENDOR_NAMESPACE = {"ios": "idfv", "android": "android_id"}
HEADERS = {
    "identifier.csv": ("namespace", "scope", "value", "person_id", "owned_from", "owned_to"),
    "person.csv": ("person_id", "scenario"),
    "event.csv": ("source", "kind", "source_key", "person_id"),
    "defects.csv": ("path", "line", "kind"),
    "discrepancies.csv": ("appid", "ref_date", "metric", "own_count", "official_count"),
}


@dataclass(frozen=True, slots=True)
class Ownership:
    """An identifier, its owner (empty: a shop's device), and from when until when."""

    identifier: Identifier
    person_id: str
    owned_from: int
    owned_to: int = FOREVER

    @property
    def row(self) -> tuple[str, ...]:
        """This ownership as a row of identifier.csv; an open end is empty."""
        end = iso(self.owned_to) if self.owned_to < FOREVER else ""
        return (*self.identifier, self.person_id, iso(self.owned_from), end)


def ownerships(person: Person) -> list[Ownership]:
    """Return everything a person owns or owned; only phones pass to somebody else."""
    owned: list[tuple[Identifier, int, int]] = []
    for appid, openid in person.openids.items():
        owned.append((("openid", appid, openid), person.born, FOREVER))
    for appid, storage_id in person.storage_ids.items():
        owned.append((("mp_storage_id", appid, storage_id), person.born, FOREVER))
    owned.append((("unionid", OPEN_PLATFORM, person.unionid), person.born, FOREVER))
    if person.is_member:
        owned.append((("member_id", "", person.member_id), person.registered_at, FOREVER))
    if person.external_userid:
        staffs_name = ("external_userid", CORPORATION, person.external_userid)
        owned.append((staffs_name, person.added_staff_at, FOREVER))
    owned += [(("phone", "", f"+86{h.value}"), h.since, h.until) for h in person.phones]
    owned += [(("email", "", h.value), h.since, FOREVER) for h in person.emails]
    owned += [(("web_cookie", "", h.value), h.since, FOREVER) for h in person.cookies]
    since_of: dict[Identifier, int] = {}
    for device in person.devices:  # some identifiers outlive an installation
        for identifier in identifiers_of(device):
            since_of.setdefault(identifier, device.since)
    owned += [(identifier, since, FOREVER) for identifier, since in since_of.items()]
    return [Ownership(what, person.person_id, since, until) for what, since, until in owned]


def identifiers_of(device: Device) -> list[Identifier]:
    """Return the identifiers of an installation of the app."""
    found: list[Identifier] = [
        ("app_install_id", "", device.install_id),
        (VENDOR_NAMESPACE[device.system], "", device.vendor_id),
    ]
    if device.advertising_id:
        found.append(("advertising_id", "", device.advertising_id))
    return found


def newest_owners(owned: Iterable[Ownership]) -> dict[Identifier, str]:
    """Return who owned each identifier last."""
    newest: dict[Identifier, Ownership] = {}
    for ownership in owned:
        known = newest.get(ownership.identifier)
        if known is None or known.owned_from <= ownership.owned_from:
            newest[ownership.identifier] = ownership
    return {identifier: ownership.person_id for identifier, ownership in newest.items()}


class TruthFiles:
    """The folder with the answers; rows are appended chunk by chunk."""

    def __init__(self, folder: Path) -> None:
        """Start the files anew in an existing folder."""
        self.folder = folder
        for name, header in HEADERS.items():
            self._append(name, [header], mode="w")

    def _append(self, name: str, rows: Iterable[tuple[str, ...]], mode: str = "a") -> None:
        with (self.folder / name).open(mode, encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    def write_identifiers(self, owned: list[Ownership]) -> None:
        """Append owners, each identifier's oldest first."""
        rows = sorted({o.row for o in owned}, key=lambda row: (row[:3], row[4]))
        self._append("identifier.csv", rows)

    def write_people(self, people: list[Person]) -> None:
        """Append the scenarios of every person; `plain` where there is none."""
        rows = [(p.person_id, s) for p in people for s in (p.scenarios or ["plain"])]
        self._append("person.csv", rows)

    def write_events(self, owners: list[tuple[str, str, str, str]]) -> None:
        """Append whose events these are."""
        self._append("event.csv", owners)

    def write_defects(self, defects: list[Defect]) -> None:
        """Append what was planted where."""
        self._append("defects.csv", [(d.path, str(d.line), d.kind) for d in defects])

    def write_discrepancies(self, found: list[Discrepancy]) -> None:
        """Append the official figures that were made wrong."""
        rows = [(*map(str, astuple(discrepancy)),) for discrepancy in found]
        self._append("discrepancies.csv", rows)
