-- The secret before the present one may go on for a while, so that an application's instances take the new one in turn.
ALTER TABLE oauth_application
  ADD COLUMN previous_secret_digest       text,
  ADD COLUMN previous_secret_valid_until  timestamptz,
  ADD COLUMN previous_secret_last_used_at timestamptz,
  ADD CONSTRAINT oauth_application_previous_secret
    CHECK ((previous_secret_digest IS NULL) = (previous_secret_valid_until IS NULL)) NOT VALID;
ALTER TABLE oauth_application VALIDATE CONSTRAINT oauth_application_previous_secret;
