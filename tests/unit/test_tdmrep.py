"""Reservations of text and data mining, by a host's tdmrep.json."""

import json
import random

import pytest

from copytaster.tdmrep import Reservation, judge

URL = "https://harbour.example/news/ferry?page=2"


def rules(*told: tuple[str, object]) -> str:
    return json.dumps([{"location": pattern, "tdm-reservation": flag} for pattern, flag in told])


@pytest.mark.parametrize(
    ("text", "reserved"),
    [
        (None, None),
        ("", None),
        ("[]", None),
        ("nonsense", None),
        ("[" * 5_000, None),
        ("17", None),
        (rules(("/", 1)), True),
        (rules(("*", 1)), True),
        (rules(("/", "1")), True),
        (rules(("/", 2)), None),
        (rules(("/", True)), None),
        (rules(("/sport", 1)), None),
        (rules(("/news/*", 1)), True),
        (rules(("/news/*", 1), ("/news/ferry", 0)), False),
        (rules(("/news/ferry", 0), ("/news/ferry", 1)), True),
        (rules(("/*page=2$", 1)), True),
        (rules(("/*page=$", 1)), None),
        (rules(("/news/ferry?page=2$", 1)), True),
        (rules(("/news/ferry$", 1)), None),
        (rules(("/n*s/*y*2", 1)), True),
        (rules(("/n*s/*z*2", 1)), None),
        (rules(("*$", 1)), True),
        (json.dumps({"location": "/", "tdm-reservation": 1}), True),
        (json.dumps([None, 3, {"location": None}, {"location": "/", "tdm-reservation": 1}]), True),
    ],
)
def test_the_longest_rule_that_fits_decides(text: str | None, reserved: bool | None) -> None:  # noqa: FBT001
    assert judge(text, URL).reserved is reserved


def test_the_policy_is_that_of_the_rule() -> None:
    told = [{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://harbour.example/terms"}]
    assert judge(json.dumps(told), URL) == Reservation(reserved=True, policy="https://harbour.example/terms")


@pytest.mark.parametrize("policy", [7, None, ["https://a.example/"], "https://a.example/\x00", "\ud800"])
def test_a_policy_that_could_not_be_kept_is_none(policy: object) -> None:
    told = [{"location": "/", "tdm-reservation": 1, "tdm-policy": policy}]
    assert judge(json.dumps(told), URL) == Reservation(reserved=True)


def test_no_pattern_takes_long_or_raises() -> None:
    chance = random.Random(9)
    for _ in range(300):
        pattern = "".join(chance.choice("*a/$?") for _ in range(chance.randint(0, 900)))
        judge(rules((pattern, 1)), "https://harbour.example/" + "a" * 4_000)
