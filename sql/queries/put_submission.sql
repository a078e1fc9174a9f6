-- Put what a person asks for on the work list.
SELECT copytaster.put_submission(%(urls)s, %(priority)s, %(note)s, %(submitted_by)s) AS submission_id
