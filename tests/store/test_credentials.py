import pytest
from django.test import override_settings

from sessions_app.store.credentials import matches, password_digest

PASSWORD = "0a1B2c3D4e5F60718293"


@pytest.mark.parametrize(
    ("kept", "presented"),
    [
        (PASSWORD, PASSWORD.encode()),
        ("Grün-Säge", "Grün-Säge".encode()),
        (PASSWORD, PASSWORD.encode().hex().encode()),
        (PASSWORD, PASSWORD.encode().hex().upper().encode()),
        ("00ff41", b"\x00\xffA"),
        ("00FF41", b"\x00\xffA"),
        ("00FF41", b"00ff41"),
    ],
)
def test_password_may_be_text_or_hex_or_bytes(kept: str, presented: bytes) -> None:
    assert matches(password_digest(kept), presented)


@pytest.mark.parametrize("presented", [b"", b"\xff\xfe", b"wrong", PASSWORD[:-1].encode(), b"\x00", b"zz"])
def test_wrong_password_does_not_match(presented: bytes) -> None:
    assert not matches(password_digest(PASSWORD), presented)


@pytest.mark.parametrize("presented", [b"", b"anything"])
def test_missing_password_matches_nothing(presented: bytes) -> None:
    assert not matches("", presented)


def test_digest_does_not_contain_the_password() -> None:
    digest = password_digest(PASSWORD)

    assert len(digest) == 64
    assert PASSWORD not in digest


def test_passwords_stay_valid_after_a_new_secret_key() -> None:
    with override_settings(SECRET_KEY="an older secret of the site"):
        digest = password_digest(PASSWORD)

    with override_settings(SECRET_KEY_FALLBACKS=["an older secret of the site"]):
        assert matches(digest, PASSWORD.encode())
    assert not matches(digest, PASSWORD.encode())
