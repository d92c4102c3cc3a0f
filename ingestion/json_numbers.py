"""JSON numbers as they are written: which jsonb can hold, and their one canonical form."""

from decimal import Decimal

MAX_NUMBER_DIGITS = 1000
MAX_EXPONENT = 999
MAX_EXPONENT_DIGITS = 8  # with leading zeros

_EXACT_CHARACTERS = 16  # with the point: at most 15 digits, which a float gives back unchanged
_USUAL_CHARACTERS = 300
_USUAL_EXPONENT = 99


class UnusualNumberError(ValueError):
    """The number has to be read with care, because jsonb may not hold it."""


class WrittenNumber(str):
    """A number as it is written, so that its size is judged and nothing is rounded."""

    __slots__ = ()

    @property
    def is_storable(self) -> bool:
        """Whether it is a JSON number that jsonb holds exactly."""
        mantissa, _, exponent = self.lower().partition("e")
        if mantissa.strip("-0123456789.") or len(mantissa) > MAX_NUMBER_DIGITS:
            return False
        return not exponent or (
            len(exponent) <= MAX_EXPONENT_DIGITS and abs(int(exponent)) <= MAX_EXPONENT
        )


def usual_number(text: str) -> int | float | Decimal:
    """A number with a fraction or an exponent in its canonical form: 1.50, 1.5 and 15e-1 are equal.

    Raises:
        UnusualNumberError: it is very long or very large.
    """
    if "e" not in text and "E" not in text:
        if len(text) <= _EXACT_CHARACTERS:
            value = float(text)
            return int(value) if value.is_integer() else value
        if len(text) <= _USUAL_CHARACTERS:
            return canonical_number(text)
    elif (
        len(text) <= _EXACT_CHARACTERS
        and abs(int(text.lower().partition("e")[2])) <= _USUAL_EXPONENT
    ):
        return canonical_number(text)
    raise UnusualNumberError


def canonical_number(text: str) -> int | float | Decimal:
    """The same for any storable number."""
    plain = format(Decimal(text), "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if "." not in plain:
        return int(plain)
    return float(plain) if len(plain) <= _EXACT_CHARACTERS else Decimal(plain)
