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
def test_a_password_comes_as_text_as_hex_or_as_bytes(kept: str, presented: bytes) -> None:
    assert matches(password_digest(kept), presented)


@pytest.mark.parametrize("presented", [b"", b"\xff\xfe", b"wrong", PASSWORD[:-1].encode(), b"\x00", b"zz"])
def test_another_password_does_not_match(presented: bytes) -> None:
    assert not matches(password_digest(PASSWORD), presented)


@pytest.mark.parametrize("presented", [b"", b"anything"])
def test_no_password_is_matched_by_nothing(presented: bytes) -> None:
    assert not matches("", presented)


def test_the_digest_does_not_show_the_password() -> None:
    digest = password_digest(PASSWORD)

    assert len(digest) == 64
    assert PASSWORD not in digest


def test_stations_still_get_in_after_the_secret_has_been_renewed() -> None:
    with override_settings(SECRET_KEY="an older secret of the site"):
        digest = password_digest(PASSWORD)

    with override_settings(SECRET_KEY_FALLBACKS=["an older secret of the site"]):
        assert matches(digest, PASSWORD.encode())
    assert not matches(digest, PASSWORD.encode())
