-- Take back the articles of pages that a batch found removed, or that forbid to be shown.
SELECT copytaster.withdraw_articles(%(batch)s, %(page_ids)s, %(pub_status)s) AS articles
