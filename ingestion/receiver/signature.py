"""Signatures and the AES envelope of WeChat's and WeCom's pushes.

`signature = sha1(sorted(token, timestamp, nonce))`, hexadecimal; with an envelope its text is a
fourth part. The envelope is AES-256-CBC with the first 16 bytes of the key as IV over 16 random
bytes, the message's length (4 bytes, big-endian), the message, and the receiver's appid, padded
PKCS#7 to blocks of 32 bytes.
"""

import binascii
import hashlib
import hmac
from base64 import b64decode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

KEY_CHARACTERS = 43
KEY_BYTES = 32
IV_BYTES = 16
RANDOM_BYTES = 16
HEAD_BYTES = RANDOM_BYTES + 4
PAD_BLOCK_BYTES = 32


class EnvelopeError(ValueError):
    """The envelope cannot be opened, or is not for this account. Carries no content."""


def sign(*parts: str) -> str:
    """The signature of the parts, whatever their order."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Whether the signature is that of the parts; takes the same time for every wrong one."""
    return hmac.compare_digest(signature.encode(), sign(*parts).encode())


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes of an `EncodingAESKey`.

    Raises:
        ValueError: it is no key; the message does not repeat it.
    """
    try:
        key = b64decode(f"{encoding_aes_key}=", validate=True)
    except binascii.Error:
        key = b""
    if len(encoding_aes_key) != KEY_CHARACTERS or len(key) != KEY_BYTES:
        raise ValueError(f"an EncodingAESKey has {KEY_CHARACTERS} characters of A-Z a-z 0-9")
    return key


def open_envelope(key: bytes, envelope: str, appid: str) -> bytes:
    """The message of an envelope for the account.

    Raises:
        EnvelopeError: bad base64, wrong key, damaged, or another account's.
    """
    try:
        sealed = b64decode(envelope, validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeError("no base64") from None
    if not sealed or len(sealed) % IV_BYTES:
        raise EnvelopeError("no whole blocks")
    decryptor = Cipher(AES(key), CBC(key[:IV_BYTES])).decryptor()
    padded = decryptor.update(sealed) + decryptor.finalize()
    pad = padded[-1]
    if not 0 < pad <= PAD_BLOCK_BYTES or padded[-pad:] != bytes([pad]) * pad:
        raise EnvelopeError("wrong padding")
    plain = padded[:-pad]
    end = HEAD_BYTES + int.from_bytes(plain[RANDOM_BYTES:HEAD_BYTES], "big")
    if len(plain) < HEAD_BYTES or end > len(plain):
        raise EnvelopeError("wrong length")
    if not hmac.compare_digest(plain[end:], appid.encode()):
        raise EnvelopeError("another account's")
    return plain[HEAD_BYTES:end]
