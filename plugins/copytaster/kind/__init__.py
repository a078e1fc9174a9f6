"""Page -> its kind, with the evidence, before the body is read. Pure.

An article withheld is a loss that nobody sees, a listing let through is one that the checks may
still catch: so every rule needs two signs, and the scorecard, which weighs many weak ones, holds
back only what scores far above nearly every article that it was learned from.
"""

from lxml.html import HtmlElement

from copytaster.kind.facts import Facts
from copytaster.kind.rules import Judgement, settle
from copytaster.kind.scorecard import weigh
from copytaster.model import Page
from copytaster.signals import Signals


def judge(tree: HtmlElement, page: Page, signals: Signals) -> Judgement:
    """Say what kind of page this is and by which signs."""
    facts = Facts(tree, page, signals)
    return settle(facts) or weigh(facts) or ("article", ())
