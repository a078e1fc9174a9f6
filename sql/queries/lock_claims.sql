-- One claim plans at a time: two would choose the same hosts, and the second would find nothing.
SELECT pg_advisory_xact_lock(hashtextextended('copytaster.claim', 0))
