package dev.culvert.auth.federation;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Metadata and keys of one provider, read when they are first needed and kept. However many tokens name unknown keys, they
 * are read again at most once in a while; while they cannot be read, the last known ones count.
 */
final class IssuerDocuments {
    private static final Logger log = LoggerFactory.getLogger(IssuerDocuments.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ExternalIssuer issuer;
    private final IssuerCalls calls;
    private final FederationProperties properties;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Known known;
    private volatile Instant lastRead = Instant.EPOCH;

    IssuerDocuments(ExternalIssuer issuer, IssuerCalls calls, FederationProperties properties, Clock clock) {
        this.issuer = issuer;
        this.calls = calls;
        this.properties = properties;
        this.clock = clock;
    }

    private record Known(IssuerMetadata metadata, JWKSet keys, Instant readAt) {}

    /**
     * What the provider says of itself.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when it was never read and cannot be now
     */
    IssuerMetadata metadata() {
        return current().metadata();
    }

    /**
     * The keys that fit; when none does, the provider is asked for new ones.
     *
     * @throws ProblemException SERVICE_UNAVAILABLE when none were ever read and cannot be now
     */
    List<JWK> keys(JWKMatcher matcher) {
        JWKSelector selector = new JWKSelector(matcher);
        List<JWK> fitting = selector.select(current().keys());
        return fitting.isEmpty() ? selector.select(readAgain().keys()) : fitting;
    }

    private Known current() {
        Known now = known;
        boolean fresh =
                now != null && now.readAt().plus(properties.keysKeptFor()).isAfter(clock.instant());
        return now != null && fresh ? now : readAgain();
    }

    private Known readAgain() {
        reading.lock();
        try {
            if (!lastRead.plus(properties.keysReadEvery()).isAfter(clock.instant())) {
                lastRead = clock.instant();
                known = read();
            }
        } catch (IOException | ParseException | JacksonException e) {
            log.atWarn()
                    .addKeyValue("issuer", issuer.id())
                    .addKeyValue("reason", e.toString())
                    .log("Keys of an identity provider cannot be read");
        } finally {
            reading.unlock();
        }
        Known now = known;
        if (now == null || now.readAt().plus(properties.keysKeptDuringOutage()).isBefore(clock.instant())) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE, "The identity provider cannot be reached; try again soon.")
                    .withRetryAfter(properties.keysReadEvery());
        }
        return now;
    }

    private Known read() throws IOException, ParseException {
        if (issuer.jwksUri() != null && !issuer.offersSignIn()) {
            String address = issuer.jwksUri().toString();
            IssuerMetadata none = new IssuerMetadata(address, Optional.empty(), Optional.empty(), false, Set.of());
            return new Known(none, JWKSet.parse(calls.get(address)), clock.instant());
        }
        IssuerMetadata metadata = metadata(JSON.readTree(calls.get(issuer.metadataAddress())));
        return new Known(metadata, JWKSet.parse(calls.get(metadata.jwksUri())), clock.instant());
    }

    /** Metadata that names another issuer is not this one's (OpenID Connect Discovery §4.3). */
    private IssuerMetadata metadata(JsonNode document) throws IOException {
        String named = document.path("issuer").asString("");
        if (!named.equals(issuer.issuer())) {
            throw new IOException("The metadata is of " + named);
        }
        return new IssuerMetadata(
                issuer.jwksUri() == null
                        ? document.path("jwks_uri").asString("")
                        : issuer.jwksUri().toString(),
                text(document, "authorization_endpoint"),
                text(document, "token_endpoint"),
                document.path("authorization_response_iss_parameter_supported").asBoolean(false),
                document.path("token_endpoint_auth_methods_supported")
                        .valueStream()
                        .map(JsonNode::asString)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    private static Optional<String> text(JsonNode document, String member) {
        return Optional.of(document.path(member).asString("")).filter(value -> !value.isEmpty());
    }
}
