-- Defines culvert_create_service(service, owner_password, app_password), which gives one service its place in the database.
-- Run this file once as an administrator of the database `culvert`, then CALL the procedure for each service.
-- Calling it again changes the passwords and repairs grants; it never drops anything.
--
--   <service>_owner   logs in to migrate: owns the schema and everything in it
--   <service>_app     logs in at run time: reads and writes rows, owns nothing, is bound by row-level security
--   <service>_system  cannot log in: what <service>_app turns into (SET LOCAL ROLE) for jobs that cross tenants
CREATE OR REPLACE PROCEDURE culvert_create_service(service text, owner_password text, app_password text)
LANGUAGE plpgsql
AS $procedure$
DECLARE
  owner_role text := service || '_owner';
  app_role text := service || '_app';
  system_role text := service || '_system';
BEGIN
  IF service !~ '^[a-z][a-z0-9_]{0,47}$' THEN
    RAISE EXCEPTION 'A service name has lower-case letters, digits and underscores only, not: %', service;
  END IF;

  -- Roles belong to the whole server, so two callers at once would race without this.
  PERFORM pg_advisory_xact_lock(hashtext('culvert_create_service'));

  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner_role) THEN
    EXECUTE format('CREATE ROLE %I', owner_role);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = app_role) THEN
    EXECUTE format('CREATE ROLE %I', app_role);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = system_role) THEN
    EXECUTE format('CREATE ROLE %I', system_role);
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', owner_role, owner_password);
  -- NOINHERIT: being allowed to become the system role must not make its policies hold before SET ROLE.
  EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT PASSWORD %L', app_role, app_password);
  EXECUTE format('ALTER ROLE %I NOLOGIN', system_role);
  EXECUTE format('GRANT %I TO %I', system_role, app_role);

  -- An administrator who is not a superuser must be a member of the owner to create things in its name.
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT %I TO %I', owner_role, current_user);
  END IF;

  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, owner_role);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I, %I', service, app_role, system_role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I, %I',
                 owner_role, service, app_role, system_role);
  EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I, %I',
                 owner_role, service, app_role, system_role);

  EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', owner_role, current_database(), service);
  EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', app_role, current_database(), service);
  -- A caller that went away must not hold its row locks for ever.
  EXECUTE format('ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = %L',
                 app_role, current_database(), '60s');
END
$procedure$;

REVOKE ALL ON PROCEDURE culvert_create_service(text, text, text) FROM PUBLIC;
