"""How slowly a host wants to be asked: by its wish, by how long it takes to answer, by what it refuses."""

from dataclasses import replace

from copytaster.config import Settings
from copytaster.model import Host

_NEW_SHARE = 0.3  # of the newest answer in the smoothed response time
_EASING = 0.9  # of the adaptive delay that is left after each answer that was quicker
_FIRST_SLOWING = 1.0  # seconds; where there was no delay, a refusal makes this one of it


def delay(host: Host, settings: Settings) -> float:
    """Seconds between two requests."""
    adaptive = min(host.adaptive_delay_seconds or 0.0, settings.host_delay_limit_seconds)
    return max(settings.host_delay_seconds, host.crawl_delay_seconds or 0.0, adaptive)


def after_answer(host: Host, seconds: float, settings: Settings) -> Host:
    """Note how long an answer (or waiting for one in vain) took: the delay rises at once and falls slowly."""
    before = host.response_seconds
    smoothed = seconds if before is None else before + _NEW_SHARE * (seconds - before)
    wish = max(smoothed * settings.host_delay_factor, _EASING * (host.adaptive_delay_seconds or 0.0))
    return replace(host, response_seconds=smoothed, adaptive_delay_seconds=_bounded(wish, settings))


def after_refusal(host: Host, settings: Settings) -> Host:
    """Note a 429 or 503: the delay doubles."""
    wish = 2 * max(delay(host, settings), _FIRST_SLOWING / 2)
    return replace(host, adaptive_delay_seconds=_bounded(wish, settings))


def _bounded(seconds: float, settings: Settings) -> float:
    return min(seconds, settings.host_delay_limit_seconds)
