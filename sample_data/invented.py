"""Invented identifier values: unique for every number, the same for the same seed.

Nothing here can be a real person's: openids say `fake`, phones use segments that no operator
has in service, mails live in the reserved example domains.
"""

import base64
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sample_data.brand import ACCOUNT_LETTERS

_SEGMENTS: Final = ("154", "160", "161", "163", "164", "168", "169", "179", "194")
# The largest primes below the number of values: multiplying by anything else is then a shuffle.
_PHONE_PRIME: Final = 899_999_963
_MEMBER_PRIME: Final = 99_999_989
_TRACK_PRIME: Final = 2_147_483_647

ZERO_UUID: Final = "00000000-0000-0000-0000-000000000000"
PLACEHOLDER_PHONE: Final = "13800138000"


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes identifier values for one seed."""

    seed: int

    def _digest(self, label: str, number: int) -> bytes:
        return blake2b(f"{self.seed}:{label}:{number}".encode(), digest_size=20).digest()

    def _letters(self, label: str, number: int, length: int) -> str:
        return base64.urlsafe_b64encode(self._digest(label, number)).decode()[:length]

    def openid(self, appid: str, number: int) -> str:
        """Return 28 characters; the case of its letters matters."""
        letters = ACCOUNT_LETTERS[appid]
        return f"o{letters}_fake-{self._letters(appid, number, 19)}"

    def unionid(self, number: int) -> str:
        """Return 28 characters; the case of its letters matters."""
        return f"oU_fake-{self._letters('union', number, 20)}"

    def external_userid(self, number: int) -> str:
        """Return the id of a WeCom customer; the case of its letters matters."""
        return f"wm_fake-{self._letters('wecom', number, 24)}"

    def member_id(self, number: int) -> str:
        """Return the loyalty programme's number."""
        return f"M{(number * 7_368_787 + self.seed) % _MEMBER_PRIME:08d}"

    def phone(self, number: int) -> str:
        """Return eleven digits."""
        position = (number * 611_953_117 + self.seed) % _PHONE_PRIME
        segment, rest = divmod(position, 100_000_000)
        return f"{_SEGMENTS[segment]}{rest:08d}"

    def email(self, number: int) -> str:
        """Return an address in a reserved domain."""
        name = self._digest("email", number).hex()[:9]
        return f"buyer.{name}@example.{'com' if number % 3 else 'org'}"

    def uuid(self, label: str, number: int) -> str:
        """Return a lower-case UUID of version 4."""
        text = self._digest(label, number).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"

    def android_id(self, number: int) -> str:
        """Return sixteen hexadecimal digits."""
        return self._digest("android", number).hex()[:16]

    def storage_id(self, appid: str, number: int, created_ms: int) -> str:
        """Return an id as the Sensors SDK writes it into a mini-program's storage."""
        text = self._digest(f"storage-{appid}", number).hex()
        middle = f"{int(text[:6], 16) % 10_000_000:07d}"
        tail = f"{int(text[6:12], 16) % 10_000_000:07d}"
        return f"{created_ms}-{middle}-{text[12:26]}-{tail}"

    def track_id(self, number: int) -> int:
        """Return a number that no other event has, below 2³¹."""
        return (number * 1_103_515_245 + self.seed) % _TRACK_PRIME
