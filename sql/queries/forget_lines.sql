-- Forget lines that no longer recur.
SELECT copytaster.forget_lines() AS forgotten
