package dev.culvert.auth.signingkey;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.culvert.platform.secret.SecretCipher;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.text.ParseException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The stored keys; private halves are sealed with SECRET_KEY. */
@Repository
class KeyStore {
    private final JdbcClient jdbc;
    private final SecretCipher cipher;

    KeyStore(JdbcClient jdbc, SecretCipher cipher) {
        this.jdbc = jdbc;
        this.cipher = cipher;
    }

    /** Where a key stands. */
    enum State {
        NEXT,
        ACTIVE,
        RETIRED
    }

    /**
     * A key as stored.
     *
     * @param since when it got into its state
     */
    record StoredKey(String id, String publicJwk, String sealedPrivateJwk, State state, Instant since) {}

    /** All keys: the next one, the active one, the retired ones, each group from new to old. */
    List<StoredKey> all() {
        return jdbc.sql("SELECT * FROM signing_key ORDER BY retired_at DESC NULLS FIRST, active, created_at DESC")
                .query(KeyStore::storedKey)
                .list();
    }

    /** The active key, locked until the transaction ends: whoever rotates holds it, and others wait. */
    Optional<StoredKey> lockActive() {
        return jdbc.sql("SELECT * FROM signing_key WHERE active FOR UPDATE")
                .query(KeyStore::storedKey)
                .optional();
    }

    Optional<StoredKey> next() {
        return jdbc.sql("SELECT * FROM signing_key WHERE NOT active AND retired_at IS NULL")
                .query(KeyStore::storedKey)
                .optional();
    }

    /** Stores a new key unless there is one in its state already. */
    void insert(ECKey key, boolean active, Instant now) {
        jdbc.sql("""
                        INSERT INTO signing_key (id, public_jwk, sealed_private_jwk, active, created_at, activated_at)
                        VALUES (:id, :publicJwk, :sealedPrivateJwk, :active, :now, :activatedAt)
                        ON CONFLICT DO NOTHING
                        """)
                .param("id", key.getKeyID())
                .param("publicJwk", key.toPublicJWK().toJSONString())
                .param("sealedPrivateJwk", cipher.seal(key.toJSONString(), context(key.getKeyID())))
                .param("active", active)
                .param("now", utc(now))
                .param("activatedAt", active ? utc(now) : null)
                .update();
    }

    void retire(String id, Instant now) {
        jdbc.sql("UPDATE signing_key SET active = false, retired_at = :now WHERE id = :id")
                .param("id", id)
                .param("now", utc(now))
                .update();
    }

    void activate(String id, Instant now) {
        jdbc.sql("UPDATE signing_key SET active = true, activated_at = :now WHERE id = :id")
                .param("id", id)
                .param("now", utc(now))
                .update();
    }

    void removeRetired(Instant before) {
        jdbc.sql("DELETE FROM signing_key WHERE retired_at < :before")
                .param("before", utc(before))
                .update();
    }

    /**
     * The key with its private half.
     *
     * @throws IllegalStateException when it was sealed under another SECRET_KEY
     */
    ECKey open(StoredKey stored) {
        return parse(cipher.open(stored.sealedPrivateJwk(), context(stored.id())), stored.id());
    }

    /** The public half. */
    static ECKey publicHalf(StoredKey stored) {
        return parse(stored.publicJwk(), stored.id());
    }

    static ECKey generate() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("No signing key can be made", e);
        }
    }

    private static ECKey parse(String jwk, String id) {
        try {
            return ECKey.parse(jwk);
        } catch (ParseException e) {
            throw new IllegalStateException("The stored signing key " + id + " cannot be used", e);
        }
    }

    private static StoredKey storedKey(ResultSet row, int rowNumber) throws SQLException {
        Timestamp retiredAt = row.getTimestamp("retired_at");
        State state = row.getBoolean("active") ? State.ACTIVE : retiredAt == null ? State.NEXT : State.RETIRED;
        Timestamp since = switch (state) {
            case NEXT -> row.getTimestamp("created_at");
            case ACTIVE -> orElse(row.getTimestamp("activated_at"), row.getTimestamp("created_at"));
            case RETIRED -> orElse(retiredAt, row.getTimestamp("created_at"));
        };
        return new StoredKey(
                row.getString("id"),
                row.getString("public_jwk"),
                row.getString("sealed_private_jwk"),
                state,
                since.toInstant());
    }

    /** An instance of the last release that made the first key did not say when it became active. */
    private static Timestamp orElse(@Nullable Timestamp moment, Timestamp otherwise) {
        return moment == null ? otherwise : moment;
    }

    private static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    private static String context(String id) {
        return "signing-key:" + id;
    }
}
