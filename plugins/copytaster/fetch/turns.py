"""Turns at a host within this process, for documents that are asked for outside a batch."""

import threading
import time

_lock = threading.Lock()
_next_at: dict[str, float] = {}  # host -> moment of the monotonic clock
_MANY = 4_096


def wait_for_turn(host: str, delay_seconds: float) -> None:
    """Return when this host may be asked; nobody else here will be told so before the delay has passed."""
    with _lock:
        now = time.monotonic()
        if len(_next_at) > _MANY:
            for past in [name for name, moment in _next_at.items() if moment <= now]:
                del _next_at[past]
        moment = max(now, _next_at.get(host, now))
        _next_at[host] = moment + delay_seconds
    time.sleep(moment - now)
