package dev.culvert.auth.authorization;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.stereotype.Component;

/**
 * Checks the assertions that applications prove themselves with (RFC 7523 §3): signed by a key the owner registered, by and
 * about the application, for this server, short-lived, and each good once.
 */
@Component
class ClientAssertions implements JwtDecoderFactory<RegisteredClient> {
    /** How far the application's clock may be off. */
    static final Duration SKEW = Duration.ofSeconds(30);

    /** Under this name the engine carries the key set with the client. */
    static final String KEYS = "culvert.jwks";

    static final List<String> ALGORITHMS = List.of("ES256", "ES384", "RS256", "PS256");

    private static final Set<JWSAlgorithm> TAKEN =
            Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.RS256, JWSAlgorithm.PS256);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int LONGEST_ID = 255;

    private final UsedAssertions used;
    private final AuthorizationProperties properties;
    private final Clock clock;

    ClientAssertions(UsedAssertions used, AuthorizationProperties properties, Clock clock) {
        this.used = used;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public JwtDecoder createDecoder(RegisteredClient client) {
        return assertion -> decode(client, assertion);
    }

    private Jwt decode(RegisteredClient client, String assertion) {
        JWTClaimsSet claims = verified(client, assertion);
        Instant expiresAt = requireTimely(claims);
        String id = client.getClientId();
        if (!id.equals(claims.getIssuer()) || !id.equals(claims.getSubject())) {
            throw new BadJwtException("iss and sub are the client id");
        }
        if (claims.getAudience().stream().noneMatch(this::isThisServer)) {
            throw new BadJwtException("aud is this server");
        }
        String tokenId = Optional.ofNullable(claims.getJWTID())
                .filter(text -> !text.isBlank() && text.length() <= LONGEST_ID)
                .orElseThrow(() -> new BadJwtException("jti tells assertions apart"));
        if (!used.use(UUID.fromString(id), tokenId, expiresAt)) {
            throw new BadJwtException("The assertion was used before");
        }
        return JwtForm.of(assertion);
    }

    private static JWTClaimsSet verified(RegisteredClient client, String assertion) {
        try {
            String keys = Objects.requireNonNull(client.getClientSettings().getSetting(KEYS));
            DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
            processor.setJWSKeySelector(
                    new JWSVerificationKeySelector<>(TAKEN, new ImmutableJWKSet<>(JWKSet.parse(keys))));
            processor.setJWTClaimsSetVerifier((_, _) -> {}); // by our own clock, below
            return processor.process(assertion, null);
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw new BadJwtException("The assertion is not signed by a key of the application", e);
        }
    }

    /** Within its time, and short enough that remembering it costs little. */
    private Instant requireTimely(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Instant expiresAt = Optional.ofNullable(claims.getExpirationTime())
                .map(Date::toInstant)
                .orElseThrow(() -> new BadJwtException("exp says until when it is good"));
        boolean early = Optional.ofNullable(claims.getNotBeforeTime())
                .filter(start -> start.toInstant().isAfter(now.plus(SKEW)))
                .isPresent();
        if (early
                || !expiresAt.isAfter(now.minus(SKEW))
                || expiresAt.isAfter(now.plus(LONGEST).plus(SKEW))) {
            throw new BadJwtException("The assertion is good now and for at most five minutes");
        }
        return expiresAt;
    }

    /** By its issuer or by the address the assertion is sent to; other paths of it would let proofs wander. */
    private boolean isThisServer(String audience) {
        return audience.equals(properties.issuer()) || audience.equals(properties.issuer() + Endpoints.TOKEN);
    }
}
