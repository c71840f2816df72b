"""Who somebody is: an issuer and a subject, whatever they are called."""

from __future__ import annotations

import re

import pytest

from alcf_mcp.team.person import Person

GLOBUS = "https://auth.globus.org"
ADA = Person(GLOBUS, "11111111-1111-4111-8111-111111111111", "ada@alcf.anl.gov")


def test_somebody_stays_the_same_under_another_name() -> None:
    renamed = Person(ADA.issuer, ADA.subject, "ada.lovelace@alcf.anl.gov")
    assert renamed == ADA
    assert hash(renamed) == hash(ADA)
    assert renamed.key == ADA.key
    assert {ADA: "hers"}[renamed] == "hers"


@pytest.mark.parametrize(
    "other",
    [
        Person("https://auth.example.org", ADA.subject, ADA.username),
        Person(ADA.issuer, "22222222-2222-4222-8222-222222222222", ADA.username),
        Person(ADA.issuer, ADA.subject.upper() + "x", ADA.username),
    ],
    ids=["another issuer", "another subject", "a longer one"],
)
def test_a_namesake_is_somebody_else(other: Person) -> None:
    assert other != ADA
    assert other.key != ADA.key


def test_no_other_division_of_the_same_letters_has_the_same_key() -> None:
    people = [Person("ab", "c"), Person("a", "bc"), Person("", "abc"), Person("abc", "")]
    assert len({person.key for person in people}) == len(people)


def test_a_key_names_a_directory_and_tells_nothing() -> None:
    for person in (ADA, Person("../..", "/etc/passwd\0"), Person("", "")):
        assert re.fullmatch(r"[0-9a-f]{40}", person.key)
    assert ADA.subject not in ADA.key


def test_a_key_is_the_same_in_every_version() -> None:
    """What is stored under it would be lost otherwise."""
    assert ADA.key == "aaf3387d274e75dae5cedf678941c51462a17a1d"


def test_claims_say_who_it_is_and_are_read_back() -> None:
    assert ADA.claims() == {"iss": GLOBUS, "sub": ADA.subject, "preferred_username": ADA.username}
    read = Person.of(ADA.claims() | {"email": "somebody@else.example", "aud": "x"})
    assert (read, read.username) == (ADA, ADA.username)


@pytest.mark.parametrize("missing", ["iss", "sub"])
def test_claims_without_an_identity_are_nobodys(missing: str) -> None:
    claims = ADA.claims()
    del claims[missing]
    with pytest.raises(KeyError):
        Person.of(claims)


def test_somebody_is_called_by_their_name_or_else_by_their_identity() -> None:
    assert str(ADA) == "ada@alcf.anl.gov"
    nameless = Person.of({"iss": GLOBUS, "sub": ADA.subject})
    assert (nameless, str(nameless)) == (ADA, ADA.subject)
