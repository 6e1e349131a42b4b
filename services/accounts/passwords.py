"""Passwords of panel accounts: argon2, and a rule that refuses what is guessed first."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.access.errors import N_, DomainError

SHORTEST = 10
LONGEST = 200  # a longer one only costs the server time
FEWEST_KINDS = 4  # "1111111111" and "abababababab" are long and worth nothing

# Pieces of the passwords that lists of stolen ones start with, in Latin and in Russian letters.
COMMON = (
    "1234567890", "0123456789", "0987654321", "9876543210", "123456789", "12345678", "1q2w3e4r", "1qaz2wsx",
    "qwertyuiop", "qwerty123", "qwerty", "qazwsxedc", "asdfghjkl", "zxcvbnm", "password", "passw0rd",
    "p@ssw0rd", "parol", "letmein", "welcome", "iloveyou", "administrator", "admin", "nastavnik",
    "kurator", "curator", "йцукенгшщз", "йцукен", "фывапролд", "ячсмить", "пароль", "наставник", "куратор",
    "учитель", "директор",
)  # fmt: skip

_HASHER = PasswordHasher()


@cache
def unused_hash() -> str:
    """Checked in place of a missing hash, so that the time of an answer does not tell which logins exist.

    Whoever serves sign-in asks for it when it starts; other processes never spend the quarter of a second.
    """
    return _HASHER.hash("nobody signs in with this")


class PasswordTooShort(DomainError):
    text = N_("Please choose a password of at least {shortest} characters.")


class PasswordTooLong(DomainError):
    text = N_("Please choose a password of at most {longest} characters.")


class PasswordTooCommon(DomainError):
    text = N_(
        "This password is among the first that strangers try. Please choose another, for example a phrase."
    )


def check_password(password: str, *, login: str) -> None:
    """Raises PasswordTooShort, PasswordTooLong or PasswordTooCommon."""
    if len(password) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(longest=LONGEST)
    rest = password.casefold()
    for known in (login.casefold(), *COMMON):
        rest = rest.replace(known, "") if len(known) >= FEWEST_KINDS else rest
    if len(set(rest)) < FEWEST_KINDS:
        raise PasswordTooCommon


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes as long when there is none."""
    try:
        return (
            _HASHER.verify(password_hash or unused_hash(), password[:LONGEST]) and password_hash is not None
        )
    except (VerificationError, InvalidHashError):
        return False
