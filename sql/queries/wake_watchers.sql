-- Wake the watchers of a channel when this transaction commits; they look for themselves.
SELECT pg_notify(%(channel)s, '')
