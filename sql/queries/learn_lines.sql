-- Learn which lines sites repeat, from articles that were just created.
SELECT copytaster.learn_lines(%(sites)s, %(lines)s)
