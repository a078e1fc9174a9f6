"""Clean article text in Postgres.

Three nouns, three arrows: ``Page -> Article -> Verdict``. Read it from the bottom up:

* ``model``, ``errors``            the nouns and the three fates; standard library only
* ``urls robots discover decode kind metadata extract strip plaintext validate fingerprint``
                                   the core: pure functions of their arguments
* ``config``                       one frozen ``Settings``
* ``fetch``, ``warc``, ``store``   the shell: HTTP, archive files, Postgres
* ``steps``                        one function per task, core joined to shell
* ``triggers``, ``assets``         the only modules here that know Airflow
* ``postgres stack demo __main__`` running it: embedded Postgres, local Airflow, command line
"""

__version__ = "0.1.0"
