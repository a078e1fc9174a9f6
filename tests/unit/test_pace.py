"""How slowly a host is asked."""

import pytest

from copytaster.config import Settings
from copytaster.fetch.pace import after_answer, after_refusal, delay
from copytaster.model import Host

SETTINGS = Settings(host_delay_seconds=2.0, host_delay_factor=2.0, host_delay_limit_seconds=60.0)
HOST = Host(host="harbour.example")


@pytest.mark.parametrize(
    ("crawl_delay", "adaptive", "seconds"),
    [(None, None, 2.0), (0.5, None, 2.0), (5.0, None, 5.0), (None, 7.0, 7.0), (5.0, 7.0, 7.0), (90.0, 80.0, 90.0), (None, 80.0, 60.0)],
)  # fmt: skip
def test_the_longest_wish_counts(crawl_delay: float | None, adaptive: float | None, seconds: float) -> None:
    host = Host(host="harbour.example", crawl_delay_seconds=crawl_delay, adaptive_delay_seconds=adaptive)
    assert delay(host, SETTINGS) == seconds


def test_slow_answers_make_the_delay_grow_and_quick_ones_let_it_fall_slowly() -> None:
    host = after_answer(HOST, 5.0, SETTINGS)
    assert (host.response_seconds, delay(host, SETTINGS)) == (5.0, 10.0)
    delays = [delay(host := after_answer(host, 0.1, SETTINGS), SETTINGS) for _ in range(30)]
    assert delays[0] == 9.0
    assert delays == sorted(delays, reverse=True)
    assert delays[-1] == 2.0


def test_one_slow_answer_among_quick_ones_is_smoothed() -> None:
    host = HOST
    for seconds in [0.1] * 10 + [4.0]:
        host = after_answer(host, seconds, SETTINGS)
    assert 2.0 < delay(host, SETTINGS) < 3.0


def test_refusals_double_the_delay_up_to_the_limit() -> None:
    host, delays = HOST, []
    for _ in range(6):
        host = after_refusal(host, SETTINGS)
        delays.append(delay(host, SETTINGS))
    assert delays == [4, 8, 16, 32, 60, 60]


def test_without_a_factor_only_refusals_matter() -> None:
    settings = Settings(host_delay_seconds=0.0, host_delay_factor=0.0)
    assert delay(after_answer(HOST, 5.0, settings), settings) == 0.0
    assert delay(after_refusal(HOST, settings), settings) == 1.0
