-- Run-time roles may read which migrations ran, nothing more.
REVOKE ALL ON flyway_schema_history FROM ${flyway:defaultSchema}_app, ${flyway:defaultSchema}_system;
GRANT SELECT ON flyway_schema_history TO ${flyway:defaultSchema}_app;
