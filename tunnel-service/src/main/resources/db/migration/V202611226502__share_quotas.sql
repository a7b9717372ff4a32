-- How much may be used by a share or link in a UTC day and month, and how much was: in the row that gives the right, so that one
-- statement decides about a request, whichever replica it comes to. A count of an earlier day or month is none.
ALTER TABLE shares
  ADD COLUMN requests_per_day bigint CONSTRAINT shares_requests_per_day CHECK (requests_per_day > 0),
  ADD COLUMN requests_per_month bigint CONSTRAINT shares_requests_per_month CHECK (requests_per_month > 0),
  ADD COLUMN bytes_per_day bigint CONSTRAINT shares_bytes_per_day CHECK (bytes_per_day > 0),
  ADD COLUMN bytes_per_month bigint CONSTRAINT shares_bytes_per_month CHECK (bytes_per_month > 0),
  ADD COLUMN used_day date NOT NULL DEFAULT '1970-01-01',
  ADD COLUMN day_requests bigint NOT NULL DEFAULT 0,
  ADD COLUMN day_bytes bigint NOT NULL DEFAULT 0,
  ADD COLUMN used_month date NOT NULL DEFAULT '1970-01-01',
  ADD COLUMN month_requests bigint NOT NULL DEFAULT 0,
  ADD COLUMN month_bytes bigint NOT NULL DEFAULT 0;

ALTER TABLE share_tokens
  ADD COLUMN requests_per_day bigint CONSTRAINT share_tokens_requests_per_day CHECK (requests_per_day > 0),
  ADD COLUMN requests_per_month bigint CONSTRAINT share_tokens_requests_per_month CHECK (requests_per_month > 0),
  ADD COLUMN bytes_per_day bigint CONSTRAINT share_tokens_bytes_per_day CHECK (bytes_per_day > 0),
  ADD COLUMN bytes_per_month bigint CONSTRAINT share_tokens_bytes_per_month CHECK (bytes_per_month > 0),
  ADD COLUMN used_day date NOT NULL DEFAULT '1970-01-01',
  ADD COLUMN day_requests bigint NOT NULL DEFAULT 0,
  ADD COLUMN day_bytes bigint NOT NULL DEFAULT 0,
  ADD COLUMN used_month date NOT NULL DEFAULT '1970-01-01',
  ADD COLUMN month_requests bigint NOT NULL DEFAULT 0,
  ADD COLUMN month_bytes bigint NOT NULL DEFAULT 0;
