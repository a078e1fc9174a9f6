"""Questions to people, in Airflow's *Required Actions*. Knows Airflow."""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from copytaster.review import LATER, OPTIONS

#: How long a question waits for an answer; without one, the answer is "Later".
PATIENCE = timedelta(days=7)


class Ask(HITLOperator):
    """Ask about a group of cases, and give the answer with the cases that it is about.

    Expand a task group over subject, body and cases: what stands in such arguments is filled in as it is, never
    rendered. Pages may say ``{{ … }}``.
    """

    template_fields = ("subject", "body", "cases")

    def __init__(self, *, cases: list[dict[str, Any]] | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.cases = cases or []

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Take the answer that came in."""
        answer = super().execute_complete(context, event)
        return {
            "chosen_options": answer["chosen_options"],
            "params_input": answer["params_input"],
            "responded_by_user": answer["responded_by_user"],
            "cases": self.cases,
        }


def ask(subject: Any, body: Any, cases: Any) -> Any:
    """Make the task that asks, and give its answer. The arguments are those of an expanded task group."""
    text: dict[str, Any] = {"type": ["null", "string"], "maxLength": 2_000}
    return Ask(
        task_id="ask",
        subject=subject,
        body=body,
        cases=cases,
        options=list(OPTIONS),
        defaults=[LATER],
        response_timeout=PATIENCE,
        params={
            "note": Param(None, title="Note", description="Why; kept with the decision.", **text),
            "leave_out": Param(
                None, title="Leave out", description="Numbers of cases that this answer is not about.", **text
            ),
            "headline": Param(None, title="Headline", description="To mend it.", **text),
            "authors": Param(
                None, title="Authors", description="To mend them: names with commas between.", **text
            ),
            "date_published": Param(
                None, title="Published", description="To mend it: 2026-11-24T09:30:00Z", **text
            ),
            "in_language": Param(None, title="Language", description="To mend it: de, en-GB", **text),
        },
    ).output
