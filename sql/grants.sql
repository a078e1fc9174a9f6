-- Who may do what; given anew after every change of the schema. Nothing is granted to PUBLIC.
REVOKE ALL ON SCHEMA copytaster, news FROM public;
REVOKE ALL ON ALL TABLES IN SCHEMA copytaster, news FROM public;
REVOKE ALL ON ALL ROUTINES IN SCHEMA copytaster, news FROM public;

-- The pipeline: reads and writes rows; no DDL, no TRUNCATE, no DELETE; history only grows.
GRANT USAGE ON SCHEMA copytaster, news TO copytaster_writer;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA copytaster TO copytaster_writer;
GRANT UPDATE ON
copytaster.source, copytaster.host, copytaster.batch, copytaster.page, copytaster.sighting,
copytaster.capture, copytaster.article, copytaster.quarantine, copytaster.site, copytaster.site_line,
copytaster.sitemap, copytaster.link_left_out
TO copytaster_writer;
REVOKE INSERT ON copytaster.schema_version, copytaster.applied_file FROM copytaster_writer;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA copytaster, news TO copytaster_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA news TO copytaster_writer;

-- Consumers: the views and the functions that read.
GRANT USAGE ON SCHEMA news TO copytaster_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA news TO copytaster_reader;
GRANT EXECUTE ON FUNCTION news.search, news.explain TO copytaster_reader;

-- Those who may ask for pages, and nothing else.
GRANT USAGE ON SCHEMA news TO copytaster_submitter;
GRANT EXECUTE ON FUNCTION news.submit TO copytaster_submitter;
