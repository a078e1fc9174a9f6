"""What the libraries that read pages remember of the pages before: forgotten, so that nothing grows."""


def forget() -> None:
    """Empty the caches of trafilatura and of what it stands on (htmldate, courlan, justext), and collect garbage.

    They are bounded by entries, not by bytes, and an entry is as long as the paragraph that it is for.
    """
    from trafilatura.meta import reset_caches

    reset_caches()
