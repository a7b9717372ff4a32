package dev.culvert.data.idempotency;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/** First answers in PostgreSQL. One statement decides which of several equal requests is the first. */
final class AnswerStore {
    /** Takes the key when nobody has it, when its holder is taken for dead, or when its answer is too old to repeat. */
    private static final String CLAIM = """
            INSERT INTO idempotency AS present (id, claim_id, request_hash, started_at) VALUES (?, ?, ?, now())
            ON CONFLICT (id) DO UPDATE
              SET claim_id = excluded.claim_id, request_hash = excluded.request_hash, started_at = excluded.started_at,
                  status = NULL, content_type = NULL, location = NULL, sealed_body = NULL
              WHERE present.started_at < now() - make_interval(secs => CASE WHEN present.status IS NULL THEN ? ELSE ? END)""";

    private static final String FIND = "SELECT * FROM idempotency WHERE id = ?";
    private static final String STORE =
            "UPDATE idempotency SET status = ?, content_type = ?, location = ?, sealed_body = ? WHERE id = ? AND claim_id = ?";
    private static final String RELEASE = "DELETE FROM idempotency WHERE id = ? AND claim_id = ? AND status IS NULL";
    private static final String FORGET = "DELETE FROM idempotency WHERE started_at < now() - make_interval(secs => ?)";

    private final JdbcTemplate jdbc;
    private final Duration claimTimeout;
    private final Duration retention;

    AnswerStore(JdbcTemplate jdbc, Duration claimTimeout, Duration retention) {
        this.jdbc = jdbc;
        this.claimTimeout = claimTimeout;
        this.retention = retention;
    }

    Claim claim(RequestKey key, byte[] body) {
        byte[] hash = key.hashOf(body);
        UUID claimId = UUID.randomUUID();
        if (jdbc.update(CLAIM, key.id(), claimId, hash, claimTimeout.toSeconds(), retention.toSeconds()) == 1) {
            return new Claim.First(claimId);
        }
        List<Claim> found = jdbc.query(FIND, (row, _) -> read(row, key, hash), (Object) key.id());
        // Released between the two statements: the caller may try again at once.
        return found.isEmpty() ? new Claim.Running() : found.getFirst();
    }

    void store(RequestKey key, Claim.First claim, StoredAnswer answer) {
        jdbc.update(
                STORE,
                answer.status(),
                answer.contentType(),
                answer.location(),
                key.seal(answer.body().array()),
                key.id(),
                claim.id());
    }

    /** Lets the next request be the first. */
    void release(RequestKey key, Claim.First claim) {
        jdbc.update(RELEASE, key.id(), claim.id());
    }

    void forgetOld() {
        jdbc.update(FORGET, retention.toSeconds());
    }

    private static Claim read(ResultSet row, RequestKey key, byte[] hash) throws SQLException {
        if (!MessageDigest.isEqual(row.getBytes("request_hash"), hash)) {
            return new Claim.OtherRequest();
        }
        int status = row.getInt("status");
        if (row.wasNull()) {
            return new Claim.Running();
        }
        return new Claim.Answered(new StoredAnswer(
                status,
                row.getString("content_type"),
                row.getString("location"),
                ByteBuffer.wrap(key.open(row.getBytes("sealed_body")))));
    }
}
