package dev.culvert.auth.apikey;

import dev.culvert.auth.apikey.ApiKeys.Owned;
import dev.culvert.auth.token.AccessTokens;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Turns a key into a short access token that says what the key allows, so that other services only ever see tokens. */
@Service
class KeyExchange {
    private static final String REASON = "an API key is found by its prefix before its tenant is known";

    private final ApiKeys keys;
    private final KeyDigest digest;
    private final AccessTokens tokens;
    private final LastUse lastUse;
    private final TransactionOperations transactions;
    private final ApiKeyProperties properties;
    private final Clock clock;

    KeyExchange(
            ApiKeys keys,
            KeyDigest digest,
            AccessTokens tokens,
            LastUse lastUse,
            TransactionOperations transactions,
            ApiKeyProperties properties,
            Clock clock) {
        this.keys = keys;
        this.digest = digest;
        this.tokens = tokens;
        this.lastUse = lastUse;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    /** What a key was exchanged for. */
    record Exchanged(ApiKey key, AccessToken token) {}

    /**
     * The token of a key.
     *
     * @param clientAddress textual IP address of who sent the key
     * @throws ProblemException AUTH_TOKEN_INVALID, the same whether the key is malformed, unknown, revoked or expired;
     *     FORBIDDEN when it is good, but not from this address
     */
    Exchanged exchange(String sent, String clientAddress) {
        Instant now = clock.instant();
        Owned owned = genuine(KeyText.parse(sent).orElseThrow(() -> refused("malformed")), now);
        ApiKey key = owned.key();
        if (!key.terms().allow(clientAddress)) {
            throw new ProblemException(ProblemCode.FORBIDDEN, "This API key may not be used from this address.")
                    .withAlias("API_KEY_ADDRESS_NOT_ALLOWED");
        }
        Duration lifetime = key.terms()
                .expiresAt()
                .map(end -> Duration.between(now, end))
                .filter(rest -> rest.compareTo(properties.tokenLifetime()) < 0)
                .orElse(properties.tokenLifetime());
        lastUse.record(key.id(), now, clientAddress);
        return new Exchanged(
                key, tokens.forApiKey(owned.owner(), key.id(), key.terms().scopes(), lifetime));
    }

    private Owned genuine(KeyText text, Instant now) {
        byte[] sentDigest = digest.of(text);
        return TenantScope.callAsSystem(
                REASON,
                () -> transactions.execute(_ -> {
                    Owned owned = keys.findGenuine(text.prefix(), sentDigest).orElseThrow(() -> refused("unknown"));
                    if (!owned.key().isActive(now)) {
                        throw refused(owned.key().revokedAt().isPresent() ? "revoked" : "expired");
                    }
                    return owned;
                }));
    }

    /** The reason is for the gateway's audit log (requirement S3.9); whoever sent the key is not told. */
    private static ProblemException refused(String reason) {
        return new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The API key was not accepted.")
                .withAlias("INVALID_API_KEY")
                .withHeader(HeaderNames.REFUSAL_REASON, reason);
    }
}
