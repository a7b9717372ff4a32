-- Wrong passwords by where they came from and what they were tried on; the address of an IPv6 client is its network.
CREATE TABLE sign_in_address (
  client_address  text        NOT NULL,
  subject         text        NOT NULL,
  failures        int         NOT NULL,
  first_failed_at timestamptz NOT NULL,
  PRIMARY KEY (client_address, subject)
);
CREATE INDEX sign_in_address_time ON sign_in_address (first_failed_at);

-- Attempts are audit records now; no release has written to this table.
DROP TABLE sign_in_attempt;
