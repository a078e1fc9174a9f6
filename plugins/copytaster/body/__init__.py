"""Parsed page -> the blocks of its article: several readings, one judge. Pure.

``layout`` goes once over the tree and gives its lines with the boxes that they stand in, ``lines`` makes
arrays of them; ``evidence`` puts into numbers what speaks for and against each line, also what trafilatura's
reading says of it; ``judge`` weighs that; ``choose`` decides, and says of each line that it leaves out why.
"""

from copytaster.body.choose import Choice, choose, settle
from copytaster.body.layout import Layout, lay_out, prune
from copytaster.body.lines import Lines, Told

__all__ = ["Choice", "Layout", "Lines", "Told", "choose", "lay_out", "prune", "settle"]
