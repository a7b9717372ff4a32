package dev.culvert.tunnel.access;

import dev.culvert.platform.secret.Hmac;
import dev.culvert.tunnel.session.Grant;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The secrets of links (requirement R4.8a): {@code cvs_} and 256 random bits, stored as keyed digest. One statement decides
 * each use, so that parallel uses are counted exactly.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class ShareTokens {
    private static final String MARK = "cvs_";
    private static final int SECRET_BYTES = 32;
    private static final String COLUMNS =
            "k.id, k.tunnel_id, k.role, k.expires_at, k.created_by, " + GrantQuotas.COLUMNS;
    private static final String HOLDS = "k.expires_at > :now AND (k.max_uses IS NULL OR k.uses < k.max_uses)";
    private static final String USE = "UPDATE share_tokens k SET uses = k.uses + 1, last_used_at = :now WHERE ";

    private final JdbcClient jdbc;
    private final Standings standings;
    private final Hmac hmac;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    ShareTokens(JdbcClient jdbc, Standings standings, Hmac hmac, Clock clock) {
        this.jdbc = jdbc;
        this.standings = standings;
        this.hmac = hmac.forPurpose("share-token");
        this.clock = clock;
    }

    /** A link that holds. */
    record Shown(KnownTunnel tunnel, Grant grant) {}

    private record Link(UUID id, UUID tunnelId, TunnelRole role, Instant expiresAt, UUID createdBy, Quota quota) {}

    /**
     * What a link gives to whoever redeems it.
     *
     * @param createdBy who made the link
     */
    public record Redeemed(Standing tunnel, TunnelRole role, Instant expiresAt, UUID createdBy, Quota quota) {}

    /** A new secret. */
    public String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    /** What is stored of a secret. */
    public byte[] digest(String secret) {
        return hmac.of(secret);
    }

    /**
     * A link to the tunnel of that name or id; empty if it does not hold. Needs the system scope.
     *
     * <p>The right it gives is to use the tunnel, whatever its role: only somebody with an account can do more.
     */
    Optional<Shown> show(String secret, String tunnel) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM share_tokens k WHERE k.digest = :digest AND " + HOLDS + """
                 AND EXISTS (SELECT FROM tunnels t WHERE t.id = k.tunnel_id AND (t.name = :tunnel OR t.id = :id))""")
                .param("now", Timestamp.from(clock.instant()))
                .param("digest", digest(secret))
                .param("tunnel", tunnel)
                .param("id", Standings.idIn(tunnel).orElse(null), Types.OTHER)
                .query(ShareTokens::link)
                .optional()
                .flatMap(link -> standings.any(link.tunnelId()).map(known -> new Shown(known, grantOf(link))));
    }

    /** Counts a use; false if there is none left, or it no longer holds. Needs the system scope. */
    boolean use(UUID id) {
        return jdbc.sql(USE + "k.id = :id AND " + HOLDS)
                        .param("now", Timestamp.from(clock.instant()))
                        .param("id", id)
                        .update()
                == 1;
    }

    private static Link link(ResultSet row, int number) throws SQLException {
        return new Link(
                row.getObject("id", UUID.class),
                row.getObject("tunnel_id", UUID.class),
                TunnelRole.ofWireName(row.getString("role")),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                row.getObject("created_by", UUID.class),
                GrantQuotas.state(row).limits());
    }

    private static Grant grantOf(Link link) {
        return new Grant(
                Grant.Kind.LINK,
                Optional.of(link.id()),
                link.role().wireName(),
                false,
                Optional.of(link.expiresAt()),
                link.quota().limits());
    }

    /** Counts a use of a link by somebody who makes its right their own. Needs the system scope. */
    public Optional<Redeemed> redeem(String secret) {
        return jdbc.sql(USE + "k.digest = :digest AND " + HOLDS + " RETURNING " + COLUMNS)
                .param("now", Timestamp.from(clock.instant()))
                .param("digest", digest(secret))
                .query(ShareTokens::link)
                .optional()
                .flatMap(link -> standings
                        .any(link.tunnelId())
                        .map(tunnel -> new Redeemed(
                                Standing.of(tunnel, Grant.OWNER),
                                link.role(),
                                link.expiresAt(),
                                link.createdBy(),
                                link.quota())));
    }

    /** Whether a link that was used may go on being used; that it has no further use left is no reason to cut the last one. */
    boolean holds(UUID id) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM share_tokens WHERE id = ? AND expires_at > ?)")
                .params(id, Timestamp.from(clock.instant()))
                .query(Boolean.class)
                .single();
    }
}
