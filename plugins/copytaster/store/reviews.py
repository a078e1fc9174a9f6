"""Reviews: cases that a person is asked about, and what that person decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg2 import DataError, errors
from psycopg2.extras import Json

from copytaster.review import DISCARD, LATER, Decision
from copytaster.store.connection import Connection
from copytaster.store.queries import Row, run, run_many

#: Groups that are asked about at once, and cases in one of them.
MOST_GROUPS, MOST_CASES = 20, 200
_PATIENCE_SECONDS = 8 * 86_400  # a day longer than the question waits
_LATER_SECONDS = 86_400
#: How the database says that a case is no longer open, that its page is on its way, that a fix is none.
_REFUSED = (errors.NoDataFound, errors.ObjectInUse, DataError)


def claim_reviews(db: Connection, *, settle_seconds: float) -> list[Row]:
    """Take groups of open cases: reason, rule, source_name, cause, cure, cases; each case is in one group at a time."""
    return run(
        db,
        "claim_reviews",
        most_groups=MOST_GROUPS,
        most_cases=MOST_CASES,
        settle_seconds=settle_seconds,
        patience_seconds=_PATIENCE_SECONDS,
    )


def decide_case(db: Connection, case: Mapping[str, Any], decision: Decision) -> str:
    """Carry out a decision on one case, commit, and say what came of it.

    ``released``, ``discarded``, ``later``; ``fetched again`` where the page was captured anew since the person
    looked; or, where the case cannot be decided (it was already, or a fix is none), what the database says.
    """
    if decision.option == LATER:
        return "later"
    told = {
        "quarantine_id": case["quarantine_id"],
        "capture_id": case["capture_id"],
        "note": decision.note,
        "decided_by": decision.decided_by,
    }
    try:
        if decision.option == DISCARD:
            rows = run(db, "discard_case", **told)
        else:
            rows = run(db, "release_case", fixes=Json(decision.fixes) if decision.fixes else None, **told)
    except _REFUSED as error:
        db.rollback()
        return str(error).partition("\n")[0]
    db.commit()
    if not rows:
        return "fetched again"
    return "discarded" if decision.option == DISCARD else "released"


def end_review(db: Connection, cases: Sequence[int], *, again_in_seconds: float = _LATER_SECONDS) -> int:
    """Let cases that are still open be asked about again, after a while."""
    return run_many(db, "end_review", cases=list(cases), pause_seconds=again_in_seconds)
