-- Note which articles kept a short line that their site repeats.
SELECT copytaster.put_recurring_residue(%(article_ids)s, %(sites)s)
