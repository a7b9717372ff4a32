package dev.culvert.platform.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.platform.sample.SampleIssuer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R2.1 (own issuer), R2.1a (codes and tolerance), R2.4 (tampered tier): how a service reads access tokens. */
class CallerTokensTest {
    private SampleIssuer issuer;
    private CallerTokens tokens;

    @BeforeEach
    void start() throws IOException {
        issuer = new SampleIssuer(0);
        tokens = tokens(issuer.jwksUrl());
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void readsTheCaller() {
        UUID key = UUID.randomUUID();
        Caller caller =
                tokens.verify(issuer.token(claims -> claims.claim(CallerClaims.SCOPE, "tunnels:read  tunnels:use")
                        .claim(CallerClaims.ROLES, List.of("user", "role_of_tomorrow"))
                        .claim(CallerClaims.API_KEY, key.toString())));

        assertThat(caller.userId()).isEqualTo(SampleIssuer.USER);
        assertThat(caller.tenantId()).isEqualTo(SampleIssuer.TENANT);
        assertThat(caller.tier()).isEqualTo(Tier.PREMIUM);
        assertThat(caller.roles()).containsExactly(Role.USER);
        assertThat(caller.scopes()).containsExactlyInAnyOrder(Scope.TUNNELS_READ, Scope.TUNNELS_USE);
        assertThat(caller.apiKeyId()).contains(key);
        assertThat(caller.sessionId()).isEmpty();
        assertThat(caller.has(Permission.VIEW_USERS)).isFalse();
    }

    @Test
    void countsUnknownTiersAsFree() {
        assertThat(tokens.verify(issuer.token(claims -> claims.claim(CallerClaims.TIER, "emperor")))
                        .tier())
                .isEqualTo(Tier.FREE);
    }

    @Test
    void toleratesClocksThatAreHalfAMinuteApart() {
        assertThat(tokens.verify(issuer.token(expired(20)))).isNotNull();
        assertRefused(issuer.token(expired(60)), ProblemCode.AUTH_TOKEN_EXPIRED);
    }

    /** S4.50: issued in the future, or longer ago than any token lives. */
    @Test
    void refusesTokensOfAnImpossibleAge() {
        assertThat(tokens.verify(issuer.token(issued(20)))).isNotNull();
        assertRefused(issuer.token(issued(60)), ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused(issuer.token(issued(-25 * 60 * 60)), ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void refusesTokensForOthersOrFromOthers() {
        assertRefused(issuer.token(claims -> claims.issuer("http://elsewhere.test")), ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused(issuer.token(claims -> claims.audience("another")), ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused(issuer.tokenOfType("JWT"), ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused(SampleIssuer.foreignToken("k1"), ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void refusesTokensWithoutWhatACallerNeeds() {
        for (String claim : List.of("sub", "exp", "iat", CallerClaims.TENANT, CallerClaims.SCOPE)) {
            assertRefused(issuer.token(claims -> claims.claim(claim, null)), ProblemCode.AUTH_TOKEN_INVALID);
        }
        assertRefused(issuer.token(claims -> claims.subject("root")), ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void refusesUnsignedAndConfusedTokens() {
        String payload = issuer.token().split("\\.")[1];
        String symmetric = encode("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}");

        assertRefused(
                encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "." + payload + ".", ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused(symmetric + "." + payload + "." + encode("signature"), ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused("rubbish", ProblemCode.AUTH_TOKEN_INVALID);
        assertRefused("", ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void doesNotAskTheIssuerForEachUnknownKey() {
        tokens.verify(issuer.token());

        for (int i = 0; i < 50; i++) {
            assertRefused(SampleIssuer.foreignToken("unknown-" + i), ProblemCode.AUTH_TOKEN_INVALID);
        }

        assertThat(issuer.reads.get()).isLessThan(10);
        assertThat(tokens.verify(issuer.token())).isNotNull();
    }

    @Test
    void keepsWorkingWhileTheIssuerIsDown() {
        tokens.verify(issuer.token());

        issuer.close();

        assertThat(tokens.verify(issuer.token())).isNotNull();
        assertRefused(SampleIssuer.foreignToken("unknown"), ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void startsBeforeTheIssuerAndRecoversWithIt() throws IOException {
        int port = freePort();
        CallerTokens early = tokens(URI.create("http://127.0.0.1:" + port + "/jwks"));
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> early.verify(issuer.token()))
                .satisfies(refused -> {
                    assertThat(refused.code()).isEqualTo(ProblemCode.SERVICE_UNAVAILABLE);
                    assertThat(refused.retryAfter()).isPresent();
                });

        try (var late = new SampleIssuer(port)) {
            String token = late.token();

            await().atMost(Duration.ofSeconds(30))
                    .ignoreException(ProblemException.class)
                    .until(() -> early.verify(token).userId().equals(SampleIssuer.USER));
        }
    }

    private static CallerTokens tokens(URI jwksUrl) {
        var properties = new CallerProperties(
                SampleIssuer.ISSUER, jwksUrl, Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(1));
        return new CallerTokens(properties, Clock.systemUTC());
    }

    private void assertRefused(String token, ProblemCode code) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> tokens.verify(token))
                .extracting(ProblemException::code)
                .isEqualTo(code);
    }

    private static Consumer<JWTClaimsSet.Builder> expired(int secondsAgo) {
        return claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(secondsAgo)));
    }

    private static Consumer<JWTClaimsSet.Builder> issued(int secondsAhead) {
        return claims -> claims.issueTime(Date.from(Instant.now().plusSeconds(secondsAhead)));
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
