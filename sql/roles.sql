-- The three group roles, made where they are missing and the migrating login may make roles.
-- Roles belong to the whole server, so two databases may be migrated at the same moment.
DO $roles$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['copytaster_writer', 'copytaster_reader', 'copytaster_submitter'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            IF wanted = 'copytaster_writer' THEN
                EXECUTE format('GRANT %I TO %I', wanted, session_user);
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- another run has just made it
            WHEN insufficient_privilege THEN
                RAISE insufficient_privilege USING MESSAGE = format(
                    'role %s is missing and %s may not create roles', wanted, session_user
                );
        END;
    END LOOP;
END
$roles$;
