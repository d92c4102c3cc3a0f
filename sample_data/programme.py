"""The records of the loyalty programme and of what was sent and allowed."""

from dataclasses import dataclass
from typing import Final

from sample_data.brand import MALL
from sample_data.commerce import expiry, kind
from sample_data.contacts import Contact
from sample_data.dice import Dice
from sample_data.landing import Record
from sample_data.loyalty import Coupon, PointsEntry
from sample_data.people import Person
from sample_data.recorder import Recorder
from sample_data.timeline import DAY_SECONDS, day_name, day_of, iso

# How many members grant each purpose.
PURPOSES: Final = {
    "marketing": 0.88,
    "personalisation": 0.93,
    "joint_profile": 0.985,
    "third_party_share": 0.18,
}


@dataclass(frozen=True, slots=True)
class _Choice:
    """What somebody decided about a purpose."""

    at: int
    purpose: str
    is_granted: bool
    is_withdrawal: bool = False


class ProgrammeFormat:
    """Writes coupons, points, tiers, check-ins, referrals, consents and contacts."""

    def __init__(self, recorder: Recorder, dice: Dice) -> None:
        """Write through `recorder`; draw details with `dice`."""
        self.recorder = recorder
        self.dice = dice

    def _write(self, name: str, at: int, record: Record) -> None:
        if at < self.recorder.period.end:
            self.recorder.record(kind(name), at, record)

    def write_coupons(self, person: Person, coupons: list[Coupon]) -> None:
        """Write every coupon's events up to the last day."""
        for coupon in coupons:
            for at, event in coupon.events:
                self._write("coupons", at + 1, _coupon(person, coupon, (at, event)))

    def write_points(self, person: Person, entries: list[PointsEntry]) -> None:
        """Write the points ledger."""
        for number, entry in enumerate(entries):
            record: Record = {
                "entry_id": f"PT{person.number:07d}{number:04d}",
                "occurred_at": iso(entry.at),
                "member_id": person.member_id,
                "delta": entry.delta,
                "balance_after": entry.balance_after,
                "reason": entry.reason,
                "ref_id": entry.ref_id,
                "expires_at": expiry(entry.at) if entry.delta > 0 else None,
            }
            self._write("points", entry.at + 1, record)

    def write_tiers(self, person: Person, changes: list[tuple[int, str, str]]) -> None:
        """Write changes of tier."""
        for at, before, after in changes:
            record = {
                "member_id": person.member_id,
                "changed_at": iso(at),
                "from_tier": before,
                "to_tier": after,
                "rule": "spent_total",
                "valid_to": expiry(at),
            }
            self._write("tiers", at + 1, record)

    def write_check_ins(self, person: Person, check_ins: list[tuple[int, int]]) -> None:
        """Write daily check-ins."""
        for at, streak in check_ins:
            local = day_name(day_of(at))
            record = {
                "member_id": person.member_id,
                "local_date": local,
                "streak": streak,
                "points": 5,
            }
            self._write("check_ins", at + 1, record)

    def write_referral(self, person: Person) -> None:
        """Write who brought this person, if a member did."""
        inviter = person.inviter
        if inviter is None or not person.is_member:
            return
        record = {
            "referral_id": f"RF{person.number:07d}",
            "inviter_member_id": inviter.member_id,
            "invitee_member_id": person.member_id,
            "campaign_id": "CP-INVITE",
            "share_depth": person.invited_depth,
            "invited_at": iso(person.born - 60),
            "converted_at": iso(person.registered_at),
            "reward_ref": f"RW{person.number:07d}",
        }
        self._write("referrals", person.registered_at + 4, record)

    def write_consents(self, person: Person) -> None:
        """Write what was granted at the registration or the first visit, and what was withdrawn."""
        if not person.is_member:
            if MALL in person.openids:
                self._consent(person, _Choice(person.born + 3, "joint_profile", is_granted=True))
            return
        for purpose, share in PURPOSES.items():
            at = person.registered_at + 3
            choice = _Choice(at, purpose, is_granted=self.dice.chance(share))
            self._consent(person, choice)
            if choice.is_granted and purpose == "marketing" and self.dice.chance(0.06):
                later = at + self.dice.randrange(5, 200) * DAY_SECONDS
                self._consent(person, _Choice(later, purpose, is_granted=False, is_withdrawal=True))
            elif choice.is_granted and purpose == "joint_profile" and not person.number % 101:
                later = at + 40 * DAY_SECONDS
                self._consent(person, _Choice(later, purpose, is_granted=False, is_withdrawal=True))

    def _consent(self, person: Person, choice: "_Choice") -> None:
        record = {
            "consent_id": f"CS{person.number:07d}{list(PURPOSES).index(choice.purpose)}",
            "at": iso(choice.at),
            "purpose": choice.purpose,
            "channel": "all",
            "version": "2025-09",
            "granted": choice.is_granted,
            "withdrawn_at": iso(choice.at) if choice.is_withdrawal else None,
            "evidence": "settings" if choice.is_withdrawal else "form",
            "member_id": person.member_at(choice.at) or None,
            "appid": MALL if MALL in person.openids else None,
            "openid": person.openids.get(MALL),
        }
        self._write("consents", choice.at + 1, record)

    def write_contact(self, person: Person, contact: Contact) -> None:
        """Write a message: as it was sent, and again when something became of it."""
        start = self.recorder.period.start
        if contact.sent >= start and contact.last_change > contact.delivered:
            self._contact(person, contact, contact.delivered or contact.sent)
        last = min(contact.last_change, self.recorder.period.end - 1)
        self._contact(person, contact, last)

    def _contact(self, person: Person, contact: Contact, at: int) -> None:
        account = contact.account
        record = {
            "message_id": contact.message_id,
            "updated_at": iso(at),
            "channel": contact.channel,
            "account_id": account or None,
            "template_id": contact.template_id,
            "offer_id": contact.offer_id,
            "class": contact.message_class,
            "queued_at": iso(contact.sent - 5),
            "sent_at": iso(contact.sent),
            "delivered_at": _until(contact.delivered, at),
            "opened_at": _until(contact.opened, at),
            "clicked_at": _until(contact.clicked, at),
            "failed_at": _until(contact.failed, at),
            "rejected_at": _until(contact.rejected, at),
            "errcode": contact.errcode,
            "member_id": person.member_id,
            "appid": account or None,
            "openid": person.openids.get(account) if account else None,
            "phone": person.phone_at(at) if contact.channel == "sms" else None,
        }
        self._write("contacts", at + 1, record)


def _until(moment: int, at: int) -> str | None:
    return iso(moment) if 0 < moment <= at else None


def _coupon(person: Person, coupon: Coupon, what: tuple[int, str]) -> Record:
    at, event = what
    return {
        "coupon_code": coupon.code,
        "event": event,
        "event_time": iso(at),
        "batch_id": coupon.batch_id,
        "member_id": person.member_id,
        "face_fen": coupon.face_fen,
        "threshold_fen": coupon.threshold_fen,
        "valid_from": iso(coupon.issued),
        "valid_to": iso(coupon.valid_to),
        "order_id": coupon.order_id if event == "used" else None,
        "channel": "mini_program",
        "campaign_id": coupon.campaign_id,
    }
