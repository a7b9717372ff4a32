-- Who used tunnels of other tenants reads what they used there (R4.9); the rest of those tenants' ledgers stays theirs.
CREATE POLICY own_use ON usage_days FOR SELECT USING (
  user_id = nullif(current_setting('culvert.user_id', true), '')::uuid);
