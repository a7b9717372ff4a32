package dev.culvert.platform.caller;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens (RFC 9068): signature by the issuer's keys with an algorithm fixed here, type, issuer, audience
 * and times (requirements R2.1, R2.1a). Thread-safe, needs no web framework; the first call may block to read keys.
 */
public final class CallerTokens {
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.ES256, JWSAlgorithm.RS256);
    private static final Set<String> REQUIRED = Set.of("sub", "exp", "iat", CallerClaims.TENANT, CallerClaims.SCOPE);
    private static final Duration OLDEST = Duration.ofDays(1);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** Verifies with keys read from {@link CallerProperties#jwksUrl()}. */
    public CallerTokens(CallerProperties properties, Clock clock) {
        this(new IssuerKeys(properties), properties, clock);
    }

    /** Verifies with the given keys; for the issuer itself, which has them at hand. */
    public CallerTokens(JWKSource<SecurityContext> keys, CallerProperties properties, Clock clock) {
        var issuer = new JWTClaimsSet.Builder().issuer(properties.issuer()).build();
        var verifier =
                new DefaultJWTClaimsVerifier<SecurityContext>(Set.of(CallerClaims.AUDIENCE), issuer, REQUIRED, null) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(clock.instant());
                    }

                    @Override
                    public void verify(JWTClaimsSet claims, @Nullable SecurityContext context) throws BadJWTException {
                        super.verify(claims, context);
                        verifyIssueTime(claims.getIssueTime().toInstant(), clock.instant(), properties.clockSkew());
                    }
                };
        verifier.setMaxClockSkew((int) properties.clockSkew().toSeconds());
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType(CallerClaims.TYPE)));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(verifier);
    }

    /**
     * The caller a token stands for.
     *
     * @throws ProblemException {@code AUTH_TOKEN_EXPIRED}, {@code AUTH_TOKEN_INVALID}, or {@code SERVICE_UNAVAILABLE}
     *     when the issuer's keys were never read and cannot be now
     */
    public Caller verify(String jwt) {
        try {
            return caller(processor.process(jwt, null));
        } catch (ExpiredJWTException e) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_EXPIRED, "The access token has expired.", e);
        } catch (BadJOSEException | ParseException | IllegalArgumentException e) {
            throw new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The access token was not accepted.", e);
        } catch (JOSEException e) {
            throw new ProblemException(
                            ProblemCode.SERVICE_UNAVAILABLE, "Access tokens cannot be verified right now.", e)
                    .withRetryAfter(RETRY_AFTER);
        }
    }

    /** A token from the future, or one far older than any that is issued, is not one of the issuer's (requirement S4.50). */
    private static void verifyIssueTime(Instant issuedAt, Instant now, Duration clockSkew) throws BadJWTException {
        if (issuedAt.isAfter(now.plus(clockSkew))) {
            throw new BadJWTException("Issued in the future");
        }
        if (issuedAt.isBefore(now.minus(OLDEST).minus(clockSkew))) {
            throw new BadJWTException("Issued too long ago");
        }
    }

    private static Caller caller(JWTClaimsSet claims) throws ParseException {
        return new Caller(
                UUID.fromString(claims.getSubject()),
                UUID.fromString(claims.getStringClaim(CallerClaims.TENANT)),
                tier(claims.getStringClaim(CallerClaims.TIER)),
                roles(claims.getStringListClaim(CallerClaims.ROLES)),
                Arrays.stream(claims.getStringClaim(CallerClaims.SCOPE).split(" "))
                        .filter(scope -> !scope.isEmpty())
                        .collect(Collectors.toUnmodifiableSet()),
                Optional.ofNullable(claims.getStringClaim(CallerClaims.SESSION)),
                Optional.ofNullable(claims.getStringClaim(CallerClaims.API_KEY)).map(UUID::fromString),
                Optional.ofNullable(claims.getDateClaim(CallerClaims.AUTHENTICATED_AT))
                        .map(Date::toInstant),
                Optional.ofNullable(claims.getJWTID()));
    }

    /** An unknown plan counts as the smallest (requirement R2.4). */
    private static Tier tier(@Nullable String name) {
        return Arrays.stream(Tier.values())
                .filter(tier -> tier.wireName().equals(name))
                .findFirst()
                .orElse(Tier.FREE);
    }

    /** An unknown role, perhaps of a newer issuer, grants nothing. */
    private static Set<Role> roles(@Nullable List<String> names) {
        Set<String> held = new HashSet<>(Objects.requireNonNullElse(names, List.of()));
        return Arrays.stream(Role.values())
                .filter(role -> held.contains(role.wireName()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
