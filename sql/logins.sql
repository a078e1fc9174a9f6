-- Logins and databases of a new Postgres server, for psql as its superuser; docker-compose.yml runs it
-- once, when the server's volume is empty. Passwords come from the environment and are shown to nobody.
-- noqa: disable=PRS
--
-- copytaster           owns the schema: `copytaster migrate`
-- copytaster_pipeline  reads and writes its rows: the Airflow tasks
-- analyst              reads the views of schema news, and may submit URLs
-- airflow              Airflow's own metadata, in a database of its own
\set ON_ERROR_STOP on
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv owner_password COPYTASTER_OWNER_PASSWORD
\getenv pipeline_password COPYTASTER_DB_PASSWORD
\getenv analyst_password ANALYST_DB_PASSWORD

BEGIN;
CREATE ROLE copytaster_writer NOLOGIN;
CREATE ROLE copytaster_reader NOLOGIN;
CREATE ROLE copytaster_submitter NOLOGIN;
CREATE ROLE airflow LOGIN PASSWORD :'airflow_password';
CREATE ROLE copytaster LOGIN PASSWORD :'owner_password'
IN ROLE copytaster_writer, copytaster_reader, copytaster_submitter;
CREATE ROLE copytaster_pipeline LOGIN PASSWORD :'pipeline_password'
IN ROLE copytaster_writer;
CREATE ROLE analyst LOGIN PASSWORD :'analyst_password'
IN ROLE copytaster_reader, copytaster_submitter;
COMMIT;

CREATE DATABASE airflow OWNER airflow TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE copytaster OWNER copytaster TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE airflow, copytaster, postgres, template1 FROM public;
GRANT CONNECT ON DATABASE copytaster TO copytaster_writer, copytaster_reader, copytaster_submitter;
