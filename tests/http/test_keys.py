"""Keys from a file: what it may say, when it is read anew, and that no fault of it lets anybody in or shows a secret."""

from __future__ import annotations

import datetime
import hashlib
import os
from pathlib import Path

import pytest

from service.http.keys import MOST_BYTES, Keys

SECRET, OTHER = "s3cret", "0ther"


def entry(name: str, secret: str, more: str = "") -> str:
    """Return a key as it stands in the file."""
    return f'[[keys]]\nname = "{name}"\nsha256 = "{hashlib.sha256(secret.encode()).hexdigest()}"\n{more}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with one key."""
    path = tmp_path / "keys.toml"
    path.write_text(entry("billing", SECRET))
    return path


def test_a_key_is_found_by_its_digest(file: Path) -> None:
    """The key of a secret is found with its name and all scopes; another secret, nothing and the digest find none."""
    keys = Keys(file=str(file))
    found = keys.find(SECRET)
    assert found is not None and (found.name, found.scopes) == ("billing", ("assessments", "tokens", "catalogue"))
    assert [keys.find(wrong) for wrong in ("", OTHER, found.sha256)] == [None] * 3
    assert keys.are_needed and not Keys().are_needed


def test_keys_of_the_variable_stand_beside_the_file(file: Path) -> None:
    """Digests that were set by variable may do all and never end."""
    keys = Keys((hashlib.sha256(OTHER.encode()).hexdigest(),), str(file))
    assert keys.find(OTHER) and keys.find(SECRET)


def test_a_key_ends_at_its_moment(file: Path) -> None:
    """Until its end a key is known, from then on it is as unknown as any other; its time is told with a zone."""
    file.write_text(entry("billing", SECRET, "expires = 2027-01-31T12:00:00+02:00"))
    keys, end = Keys(file=str(file)), datetime.datetime(2027, 1, 31, 10, tzinfo=datetime.UTC)
    assert keys.find(SECRET, lambda: end - datetime.timedelta(seconds=1)) is not None
    assert keys.find(SECRET, lambda: end) is None


def test_a_changed_file_is_read_anew(file: Path) -> None:
    """A key that was put in is let in and one that was taken out is not, without a restart, once the file is looked at."""
    told: list[str] = []
    keys = Keys(file=str(file), tell=told.append)
    file.write_text(entry("new", OTHER))
    assert keys.find(SECRET)
    keys.look()
    assert keys.find(SECRET) is None and keys.find(OTHER)


def test_a_replaced_file_is_read_anew(file: Path, tmp_path: Path) -> None:
    """A file that another has taken the place of, as a mounted secret is renewed, is read anew though size and time are the same."""
    told: list[str] = []
    keys = Keys(file=str(file), tell=told.append)
    other = tmp_path / "next"
    other.write_text(entry("billinG", OTHER))
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)
    keys.look()
    assert keys.find(OTHER)


@pytest.mark.parametrize("spoiled", ["[[keys", "", "keys = []", "a = " + "[" * 3000, None])
def test_a_file_that_cannot_be_read_leaves_the_keys_as_they_were(spoiled: str | None, file: Path) -> None:
    """Amid a rotation that went wrong the keys of before hold, and what is wrong is told until it is mended."""
    told: list[str] = []
    keys = Keys(file=str(file), tell=told.append)
    file.unlink() if spoiled is None else file.write_text(spoiled)
    keys.look()
    keys.look()
    assert keys.find(SECRET) and keys.fault.startswith("API_KEYS_FILE")
    file.write_text(entry("new", OTHER))
    keys.look()
    assert keys.find(OTHER) and not keys.fault
    assert len(told) == 2 and told[0].startswith("API_KEYS_FILE") and told[1] == ""


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (None, "No such file"),
        ("[[keys", "Expected"),
        ("", "keys"),
        ("keys = []", "length >= 1"),
        ('[[keys]]\nname = "a"\nsha256 = "s3cret"', "matching regex"),
        (entry("a b", SECRET), "name"),
        (entry("a", SECRET, 'scopes = ["s3cret"]'), "1 unknown scope(s); there are assessments, tokens, catalogue"),
        (entry("a", SECRET, "scopes = []"), "scopes"),
        (entry("a", SECRET, "expires = 2027-01-31T12:00:00"), "without a zone"),
        (entry("a", SECRET, "expire = 2027-01-31T12:00:00Z"), "expire"),
        (entry("a", SECRET) + entry("a", OTHER), "'a' stands there twice"),
        ("#" * (MOST_BYTES + 1), "200,000 bytes"),
    ],
)
def test_a_file_that_says_what_cannot_be_stops_the_start(said: str | None, fault: str, file: Path) -> None:
    """What is wrong with a file is named at the start, and no secret that stands in it by mistake is shown."""
    file.unlink() if said is None else file.write_text(said)
    with pytest.raises(ValueError, match=r"^API_KEYS_FILE") as refused:
        Keys(file=str(file))
    assert fault in str(refused.value) and SECRET not in str(refused.value)
