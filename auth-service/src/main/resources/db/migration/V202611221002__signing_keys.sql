CREATE TABLE signing_key (
  id                 text PRIMARY KEY,
  public_jwk         text        NOT NULL,
  sealed_private_jwk text        NOT NULL,
  active             boolean     NOT NULL,
  created_at         timestamptz NOT NULL
);
-- Two instances that start at once both make a key; the index lets only one of them in.
CREATE UNIQUE INDEX signing_key_active ON signing_key (active) WHERE active;
