package dev.culvert.auth.federation;

import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static dev.culvert.auth.federation.TestingProvider.ACME;
import static dev.culvert.auth.federation.TestingProvider.LINKING;
import static dev.culvert.auth.federation.TestingProvider.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tokens of a real second issuer in exchange for ours (requirements R2.1, X-1). */
class ExternalTokenIT extends RunningAuthService {
    private static final String EXCHANGE = "/internal/external-tokens/exchange";

    @Test
    void acceptsATokenAndMakesAnAccountAtItsFirstUse() {
        JWTClaimsSet.Builder ada = ACME.claims(clock.instant()).claim("preferred_username", "ada l\u00f6velace");

        JsonNode first = exchanged(ACME.sign(ada));
        JsonNode again = exchanged(ACME.sign(ada));

        JWTClaimsSet ours = claims(first.get("token").asString());
        assertThat(ours.getIssuer()).isEqualTo("http://127.0.0.1:8080");
        assertThat(ours.getAudience()).containsExactly(CallerClaims.AUDIENCE);
        assertThat(ours.getClaim("roles")).isEqualTo(List.of("user"));
        assertThat(ours.getClaims().get("scope").toString())
                .contains("tunnels:write")
                .doesNotContain("account:manage", "keys:manage", "admin");
        assertThat(again.get("userId")).isEqualTo(first.get("userId"));
        JsonNode me = json(client().as(first.get("token").asString()).get("/api/v1/auth/me"));
        assertThat(me.get("username").asString()).startsWith("ada-l-velace");
        assertThat(me.get("emailVerified").asBoolean()).isFalse();
        assertThat(column(
                        "SELECT issuer || ' ' || subject FROM auth.external_identity WHERE account_id = ?", id(first)))
                .containsExactly(ACME.issuer() + " " + ada.build().getSubject());
        var registered = PublishedEvents.first(EventType.USER_REGISTERED, id(first));
        assertThat(registered.data().get("tenantId").asString())
                .isEqualTo(first.get("tenantId").asString());
    }

    @Test
    void letsOursEndWithTheirs() {
        Instant now = clock.instant();
        JWTClaimsSet.Builder soonOver = ACME.claims(now).expirationTime(Date.from(now.plusSeconds(40)));

        assertThat(exchanged(ACME.sign(soonOver)).get("expiresInSeconds").asInt())
                .isBetween(40, 70);
        assertThat(exchanged(ACME.sign(ACME.claims(now)))
                        .get("expiresInSeconds")
                        .asInt())
                .isEqualTo(300);
    }

    /** R2.1: wrong key, issuer, audience, {@code none} and key confusion; S4.50: from the future, too old, another type. */
    @Test
    void refusesTokensThatDoNotHold() throws Exception {
        Instant now = clock.instant();
        RSAKey foreign = new RSAKey.Builder(TestingProvider.newKey())
                .keyID(ACME.key().getKeyID())
                .build();
        String[] good = ACME.sign(ACME.claims(now)).split("\\.");
        MACSigner publicKeyAsSecret =
                new MACSigner(ACME.key().toPublicJWK().toString().getBytes(StandardCharsets.UTF_8));
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("wrong_audience", ACME.sign(ACME.claims(now).audience("https://elsewhere.test")));
        refused.put("wrong_audience ", ACME.sign(ACME.claims(now).audience(TestingProvider.CLIENT_ID)));
        refused.put("wrong_signature", TestingProvider.sign(foreign, JWSAlgorithm.RS256, "JWT", ACME.claims(now)));
        refused.put("unknown_key", STRICT.sign(ACME.claims(now)));
        refused.put("unknown_issuer", ACME.sign(ACME.claims(now).issuer("https://elsewhere.test")));
        refused.put("unknown_issuer ", ACME.sign(ACME.claims(now).issuer(ACME.issuer() + "/")));
        refused.put(
                "wrong_algorithm",
                TestingProvider.sign(
                        publicKeyAsSecret, JWSAlgorithm.HS256, ACME.key().getKeyID(), "JWT", ACME.claims(now)));
        refused.put("wrong_algorithm ", TestingProvider.sign(ACME.key(), JWSAlgorithm.RS512, "JWT", ACME.claims(now)));
        refused.put("malformed", base64("{\"alg\":\"none\"}") + "." + good[1] + ".");
        refused.put("malformed ", "rubbish");
        refused.put("wrong_type", TestingProvider.sign(ACME.key(), JWSAlgorithm.RS256, "logout+jwt", ACME.claims(now)));
        refused.put("not_yet_valid", ACME.sign(ACME.claims(now).notBeforeTime(Date.from(now.plusSeconds(60)))));
        refused.put("not_yet_valid ", ACME.sign(ACME.claims(now).issueTime(Date.from(now.plusSeconds(60)))));
        refused.put("too_old", ACME.sign(ACME.claims(now).issueTime(Date.from(now.minusSeconds(90_000)))));
        refused.put("claim_missing", ACME.sign(ACME.claims(now).subject(null)));
        refused.put("claim_missing ", ACME.sign(ACME.claims(now).expirationTime(null)));
        refused.put("bound_to_key", ACME.sign(ACME.claims(now).claim("cnf", Map.of("jkt", "thumbprint"))));

        refused.forEach((reason, token) -> {
            AuthClient client = client();
            ProblemAssert.assertThat(client.as(token).post(EXCHANGE)).isProblem(ProblemCode.AUTH_TOKEN_INVALID);
            assertThat(column("SELECT result FROM auth.audit_record WHERE client_address = ?", client.source()))
                    .containsExactly("external_" + reason.strip());
        });
    }

    /** R2.1a. */
    @Test
    void allowsForClocksThatDifferByHalfAMinute() {
        Instant now = clock.instant();

        exchanged(ACME.sign(ACME.claims(now).expirationTime(Date.from(now.minusSeconds(20)))));
        exchanged(ACME.sign(ACME.claims(now).issueTime(Date.from(now.plusSeconds(20)))));
        ProblemAssert.assertThat(exchange(ACME.sign(ACME.claims(now).expirationTime(Date.from(now.minusSeconds(60))))))
                .isProblem(ProblemCode.AUTH_TOKEN_EXPIRED);
    }

    @Test
    void takesOtherAlgorithmsOfPublicKeys() throws Exception {
        ECKey ec = new ECKeyGenerator(Curve.P_256)
                .keyID(UUID.randomUUID().toString())
                .generate();
        EdwardsKey edwards = EdwardsKey.random();
        ACME.publish(ec.toPublicJWK());
        ACME.publish(edwards.published());
        clock.skip(Duration.ofSeconds(11));
        Instant now = clock.instant();

        exchanged(TestingProvider.sign(
                new ECDSASigner(ec), JWSAlgorithm.ES256, ec.getKeyID(), "at+jwt", ACME.claims(now)));
        exchanged(TestingProvider.sign(ACME.key(), JWSAlgorithm.PS256, "at+jwt", ACME.claims(now)));
        exchanged(TestingProvider.sign(edwards, JWSAlgorithm.EdDSA, edwards.keyId(), "JWT", ACME.claims(now)));
        ProblemAssert.assertThat(exchange(TestingProvider.sign(
                        EdwardsKey.random(), JWSAlgorithm.EdDSA, edwards.keyId(), "JWT", ACME.claims(now))))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void readsKeysAgainForAnUnknownOneButNotOften() {
        exchanged(LINKING.sign(LINKING.claims(clock.instant())));
        clock.skip(Duration.ofSeconds(11));
        int before = LINKING.keyReads();
        for (int i = 0; i < 20; i++) {
            RSAKey unknown =
                    new RSAKey.Builder(LINKING.key()).keyID("unknown-" + i).build();
            ProblemAssert.assertThat(exchange(
                            TestingProvider.sign(unknown, JWSAlgorithm.RS256, "JWT", LINKING.claims(clock.instant()))))
                    .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        }
        assertThat(LINKING.keyReads()).isEqualTo(before + 1);

        LINKING.rotateKey();
        clock.skip(Duration.ofSeconds(11));

        exchanged(LINKING.sign(LINKING.claims(clock.instant())));
        assertThat(LINKING.keyReads()).isEqualTo(before + 2);
    }

    @Test
    void makesOneAccountForManyFirstUsesAtOnce() {
        String token = ACME.sign(ACME.claims(clock.instant()));
        AuthClient client = client().inParallel();

        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 12)
                .mapToObj(_ ->
                        CompletableFuture.supplyAsync(() -> client.as(token).post(EXCHANGE)))
                .toList();

        assertThat(Set.copyOf(
                        answers.stream().map(answer -> id(json(answer.join()))).toList()))
                .hasSize(1);
    }

    /** ASVS 6.8.1: a mail address, proven or not, is nobody's identity. */
    @Test
    void leavesAccountsAloneThatHaveTheSameMailAddress() {
        Person victim = client().registerVerified();

        HttpResponse<String> proven = exchange(ACME.sign(withMail(ACME, victim.email(), true)));
        JsonNode claimed = exchanged(ACME.sign(withMail(ACME, victim.email(), false)));

        ProblemAssert.assertThat(proven).isProblem(ProblemCode.FORBIDDEN);
        assertThat(id(claimed)).isNotEqualTo(victim.userId());
        assertThat(column("SELECT subject FROM auth.external_identity WHERE account_id = ?", victim.userId()))
                .isEmpty();
        assertThat(client().login(victim.username(), AuthClient.PASSWORD).statusCode())
                .isEqualTo(200);
    }

    @Test
    void linksByMailAddressOnlyWhereThatIsAllowedAndProvenAndNoAdministrators() {
        Person ada = client().registerVerified();
        Person unproven = client().register();

        assertThat(id(exchanged(LINKING.sign(withMail(LINKING, ada.email(), true)))))
                .isEqualTo(ada.userId());
        assertThat(id(exchanged(LINKING.sign(
                        withMail(LINKING, client().registerVerified().email(), false)))))
                .isNotEqualTo(ada.userId());
        ProblemAssert.assertThat(exchange(LINKING.sign(withMail(LINKING, unproven.email(), true))))
                .isProblem(ProblemCode.FORBIDDEN);
        ProblemAssert.assertThat(exchange(LINKING.sign(withMail(LINKING, "admin@localhost", true))))
                .isProblem(ProblemCode.FORBIDDEN);
    }

    @Test
    void makesNoAccountWhereThatIsNotAllowed() {
        AuthClient client = client();

        ProblemAssert.assertThat(
                        client.as(STRICT.sign(STRICT.claims(clock.instant()))).post(EXCHANGE))
                .isProblem(ProblemCode.FORBIDDEN);
        assertThat(column("SELECT result FROM auth.audit_record WHERE client_address = ?", client.source()))
                .containsExactly("external_account_not_linked");
    }

    @Test
    void mapsRolesAndScopes() {
        JWTClaimsSet.Builder operator = ACME.claims(clock.instant())
                .claim("realm_access", Map.of("roles", List.of("operations", "key-keepers", "super_admin")));

        JWTClaimsSet ours = claims(exchanged(ACME.sign(operator)).get("token").asString());

        assertThat(ours.getClaim("roles")).isEqualTo(List.of("support_admin", "user"));
        assertThat(ours.getClaims().get("scope").toString())
                .contains("admin", "keys:manage")
                .doesNotContain("account:manage");
    }

    /** such accounts have no local password and no reset. */
    @Test
    void givesAccountsThatHaveNoPassword() {
        String email = "ext-" + UUID.randomUUID() + "@example.org";
        JsonNode account = exchanged(ACME.sign(withMail(ACME, email, true)));

        ProblemAssert.assertThat(client().login(email, "{none}")).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(client().post("/api/v1/auth/password-reset", Map.of("email", email))
                        .statusCode())
                .isLessThan(300);
        assertThat(column("SELECT 1 FROM auth.password_reset WHERE account_id = ?", id(account)))
                .isEmpty();
    }

    private JWTClaimsSet.Builder withMail(TestingProvider provider, String email, boolean proven) {
        return provider.claims(clock.instant()).claim("email", email).claim("email_verified", proven);
    }

    private JsonNode exchanged(String token) {
        HttpResponse<String> answer = exchange(token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private HttpResponse<String> exchange(String token) {
        return client().as(token).post(EXCHANGE);
    }

    private static UUID id(JsonNode exchanged) {
        return UUID.fromString(exchanged.get("userId").asString());
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
