package dev.culvert.auth.token;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.auth.account.Account;
import dev.culvert.auth.signingkey.SigningKeys;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What an access token is worth: asked for (R2.2a), and tried with tokens somebody made up. */
class TokenInspectionIT extends RunningAuthService {
    private static final String ME = "/api/v1/auth/me";
    private static final String VALIDATE = "/api/v1/auth/token/validate";
    private static final String CHECK_EXPIRY = "/api/v1/auth/token/check-expiry";

    @Autowired
    private SigningKeys keys;

    @Autowired
    private AccessTokens accessTokens;

    /** R2.2a: valid, expired and absent. */
    @Test
    void reportsValidity() {
        String token = signIn();

        JsonNode valid = json(client().post(VALIDATE, Map.of("token", token)));
        JsonNode byHeader = json(client().as(token).post(VALIDATE));
        JsonNode rubbish = json(client().post(VALIDATE, Map.of("token", "rubbish")));
        clock.skip(Duration.ofMinutes(31));
        JsonNode expired = json(client().post(VALIDATE, Map.of("token", token)));

        assertThat(valid.get("valid").asBoolean()).isTrue();
        assertThat(valid.at("/claims/sub").asString()).isEqualTo(claims(token).getSubject());
        assertThat(byHeader).isEqualTo(valid);
        assertThat(rubbish.get("valid").asBoolean()).isFalse();
        assertThat(rubbish.get("code").asString()).isEqualTo("AUTH_TOKEN_INVALID");
        assertThat(expired.get("valid").asBoolean()).isFalse();
        assertThat(expired.get("code").asString()).isEqualTo("AUTH_TOKEN_EXPIRED");
        assertThat(expired.has("claims")).isFalse();
        missing(client().post(VALIDATE, "{}"));
        missing(client().post(VALIDATE));
    }

    /** A token of a session that has ended is as good as none. */
    @Test
    void reportsTheEndOfTheSession() {
        String token = signIn();

        client().as(token).post("/api/v1/auth/logout");

        assertThat(json(client().post(VALIDATE, Map.of("token", token)))
                        .get("valid")
                        .asBoolean())
                .isFalse();
    }

    /** R2.2a: remaining time, and advice in the last five minutes. */
    @Test
    void reportsTheRemainingTime() {
        String token = signIn();

        JsonNode fresh = json(client().post(CHECK_EXPIRY, Map.of("token", token)));
        clock.skip(Duration.ofMinutes(26));
        JsonNode late = json(client().post(CHECK_EXPIRY, Map.of("token", token)));
        clock.skip(Duration.ofMinutes(6));
        JsonNode expired = json(client().post(CHECK_EXPIRY, Map.of("token", token)));

        assertThat(fresh.get("expiresIn").asInt()).isBetween(1_700, 1_800);
        assertThat(fresh.get("shouldRefresh").asBoolean()).isFalse();
        assertThat(late.get("expired").asBoolean()).isFalse();
        assertThat(late.get("shouldRefresh").asBoolean()).isTrue();
        assertThat(expired.get("expired").asBoolean()).isTrue();
        assertThat(expired.get("expiresIn").asInt()).isZero();
        assertThat(expired.get("shouldRefresh").asBoolean()).isTrue();
        assertThat(expired.get("expiresAt").asString())
                .isEqualTo(claims(token).getExpirationTime().toInstant().toString());
        missing(client().post(CHECK_EXPIRY));
        ProblemAssert.assertThat(client().post(CHECK_EXPIRY, Map.of("token", "rubbish")))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    /** PT2: what was issued is what is read, for any account. */
    @Test
    void readsBackExactlyTheClaimsThatWereIssued() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            Account account = anyAccount(random);
            Set<String> scopes = anyOf(random, List.copyOf(Scope.GRANTABLE_TO_KEYS));

            String token = accessTokens
                    .forApiKey(account, UUID.randomUUID(), scopes, Duration.ofSeconds(1 + random.nextInt(86_000)))
                    .value();
            JsonNode answer = json(client().post(VALIDATE, Map.of("token", token)));

            assertThat(answer.get("valid").asBoolean()).as("seed %d", seed).isTrue();
            Map<String, String> issued = new LinkedHashMap<>();
            claims(token).toJSONObject().forEach((name, value) -> issued.put(name, String.valueOf(value)));
            Map<String, String> read = new LinkedHashMap<>();
            answer.get("claims").properties().forEach(claim -> read.put(claim.getKey(), plain(claim.getValue())));
            assertThat(read).as("seed %d", seed).containsExactlyInAnyOrderEntriesOf(issued);
            assertThat(read.get(CallerClaims.TENANT))
                    .isEqualTo(account.tenantId().toString());
            assertThat(read.get(CallerClaims.TIER)).isEqualTo(account.tier().wireName());
        }
    }

    /** R2.1: key confusion, {@code none}, wrong issuer and audience, the wrong kind of token. */
    @Test
    void refusesTokensSomebodyMadeUp() throws Exception {
        JWTClaimsSet good = claims(signIn());
        String publicKey = keys.publicKeys().getKeys().getFirst().toJSONString();
        SignedJWT confused = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new JOSEObjectType(CallerClaims.TYPE))
                        .keyID(keys.publicKeys().getKeys().getFirst().getKeyID())
                        .build(),
                good);
        confused.sign(new MACSigner(publicKey.getBytes(StandardCharsets.UTF_8)));
        String unsigned = Base64URL.encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "."
                + Base64URL.encode(good.toString()) + ".";

        assertThat(me(keys.sign(good, CallerClaims.TYPE)).statusCode()).isEqualTo(200);
        for (String token : List.of(
                confused.serialize(),
                unsigned,
                keys.sign(good, "JWT"),
                signed(good, claims -> claims.issuer("https://elsewhere.example.org")),
                signed(good, claims -> claims.audience("another-service")),
                signed(good, claims -> claims.audience((String) null)),
                signed(good, claims -> claims.claim(CallerClaims.SCOPE, null)))) {
            ProblemAssert.assertThat(me(token)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        }
    }

    /** R2.1a, S4.50: clocks 20 s apart are fine, 60 s are not, in both directions; an age no token reaches is refused. */
    @Test
    void toleratesClocksThatAreAlittleApart() {
        JWTClaimsSet good = claims(signIn());
        Instant now = clock.instant();

        assertThat(me(signed(good, claims -> claims.expirationTime(Date.from(now.minusSeconds(20)))))
                        .statusCode())
                .isEqualTo(200);
        ProblemAssert.assertThat(me(signed(good, claims -> claims.expirationTime(Date.from(now.minusSeconds(60))))))
                .isProblem(ProblemCode.AUTH_TOKEN_EXPIRED);
        assertThat(me(signed(good, claims -> claims.issueTime(Date.from(now.plusSeconds(20)))))
                        .statusCode())
                .isEqualTo(200);
        ProblemAssert.assertThat(me(signed(good, claims -> claims.issueTime(Date.from(now.plusSeconds(60))))))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(me(
                        signed(good, claims -> claims.issueTime(Date.from(now.minus(Duration.ofHours(25)))))))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    private String signIn() {
        return client().signIn(client().registerVerified()).get("access_token").asString();
    }

    private HttpResponse<String> me(String token) {
        return client().as(token).get(ME);
    }

    private String signed(JWTClaimsSet good, Consumer<JWTClaimsSet.Builder> change) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder(good);
        change.accept(claims);
        return keys.sign(claims.build(), CallerClaims.TYPE);
    }

    private static void missing(HttpResponse<String> answer) {
        ProblemAssert.assertThat(answer).isProblem(ProblemCode.MISSING_TOKEN).hasViolationsOf("token");
    }

    private static Account anyAccount(Random random) {
        return new Account(
                UUID.randomUUID(),
                UUID.randomUUID(),
                "u" + random.nextInt(),
                "u" + random.nextInt() + "@example.org",
                Tier.values()[random.nextInt(Tier.values().length)],
                anyOf(random, Arrays.asList(Role.values())),
                true,
                Instant.now());
    }

    private static <T> Set<T> anyOf(Random random, List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        return Set.copyOf(shuffled.subList(0, 1 + random.nextInt(shuffled.size())));
    }

    /** As {@link String#valueOf} writes what Nimbus read. */
    private static String plain(JsonNode value) {
        return value.isArray()
                ? value.valueStream().map(JsonNode::asString).toList().toString()
                : value.asString();
    }
}
