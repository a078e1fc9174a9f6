-- Forget links that were left out and that no source shows any more.
SELECT copytaster.forget_links() AS forgotten
