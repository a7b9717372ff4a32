-- Accounts whose second factor is a passkey have recovery codes too, so these no longer hang on an authenticator app.
ALTER TABLE recovery_code
  DROP CONSTRAINT recovery_code_account_id_fkey,
  ADD CONSTRAINT recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES account ON DELETE CASCADE;
