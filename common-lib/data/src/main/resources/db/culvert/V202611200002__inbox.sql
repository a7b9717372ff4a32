-- Events a consumer has handled, written in the transaction of their effect.
CREATE TABLE inbox (
  consumer   text        NOT NULL,
  event_id   uuid        NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
);

CREATE INDEX inbox_handled_at ON inbox (handled_at);

REVOKE ALL ON inbox FROM ${flyway:defaultSchema}_app, ${flyway:defaultSchema}_system;
GRANT SELECT, INSERT, DELETE ON inbox TO ${flyway:defaultSchema}_app;
GRANT SELECT, INSERT ON inbox TO ${flyway:defaultSchema}_system;
