package dev.culvert.gateway.identity;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.event.AuthEvent.ApiKeyRevoked;
import dev.culvert.contracts.event.AuthEvent.ApiKeyUpdated;
import dev.culvert.contracts.event.AuthEvent.SessionEnded;
import dev.culvert.contracts.event.AuthEvent.TierChanged;
import dev.culvert.contracts.event.DomainEvent;
import dev.culvert.contracts.event.EventHeaders;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingKafka;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Requirements R2.1, R2.1a, R2.1b, S3.12 (authentication). */
class IdentityIT {
    private static TestingService upstream;
    private static final ConcurrentMap<String, TestCallers> KEYS = new ConcurrentHashMap<>();
    private static final ConcurrentMap<String, Map<String, Object>> TERMS = new ConcurrentHashMap<>();
    private static final ConcurrentMap<String, String> REASONS = new ConcurrentHashMap<>();
    private static final AtomicReference<String> ASKED_FOR_ADDRESS = new AtomicReference<>("");
    private static final AtomicInteger EXCHANGES = new AtomicInteger();
    private static TestingGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        upstream = TestingService.start();
        upstream.on("/internal/api-keys/exchange", (request, response) -> {
            EXCHANGES.incrementAndGet();
            ASKED_FOR_ADDRESS.set(request.requestHeaders().get("X-Forwarded-For"));
            String key = request.requestHeaders().get("Authorization").substring(7);
            TestCallers owner = KEYS.get(key);
            Map<String, Object> answer = new HashMap<>(TERMS.getOrDefault(key, Map.of()));
            if (owner != null) {
                answer.putAll(Map.of("token", TestingIssuer.shared().token(owner), "expiresInSeconds", 300));
            }
            return owner == null
                    ? response.status(401)
                            .header(HeaderNames.REFUSAL_REASON, REASONS.getOrDefault(key, "unknown"))
                            .sendString(Mono.just("{}"))
                    : response.header("Content-Type", "application/json")
                            .sendString(Mono.delay(Duration.ofMillis(100)).map(_ -> JSON.writeValueAsString(answer)));
        });
        upstream.on("/internal/external-tokens/exchange", 401, "{}");
        publish(new SessionEnded(UUID.randomUUID(), UUID.randomUUID(), "makes the topic"));
        gateway = TestingGateway.start(upstream, "TRUSTED_PROXIES", "127.0.0.1");
        RevocationFeed feed = gateway.context().getBean(RevocationFeed.class);
        await().atMost(Duration.ofSeconds(60)).until(feed::live);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @BeforeEach
    void forget() {
        upstream.forget();
        EXCHANGES.set(0);
    }

    /** S1.21, together with the tokens that are refused below: needed, and described with an example. */
    @Test
    void asksForACredentialOnProtectedPaths() {
        assertThat(json(send(gateway.anonymous("/openapi.json")))
                        .at("/components/securitySchemes/bearer/description")
                        .asString())
                .contains("Authorization: Bearer ");
        upstream.forget();

        HttpResponse<String> answer = send(gateway.anonymous("/api/v1/tunnels"));

        assertProblem(answer, ProblemCode.AUTH_TOKEN_MISSING);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(upstream.waiting()).isEmpty();
    }

    @Test
    void refusesTokensThatAreNotGenuine() throws Exception {
        TestingIssuer issuer = TestingIssuer.shared();
        TestCallers user = TestCallers.user();
        String[] parts = issuer.token(user).split("\\.");
        String none = base64("{\"alg\":\"none\",\"typ\":\"at+jwt\"}") + "." + parts[1] + ".";

        List<String> forged = List.of(
                issuer.withForeignKey(user),
                issuer.withAudience(user, "somebody-else"),
                issuer.withType(user, "JWT"),
                none,
                keyConfusion(parts),
                signedBy("https://other.example", user),
                parts[0] + "." + base64("{\"sub\":\"me\"}") + "." + parts[2],
                "rubbish");

        for (String token : forged) {
            HttpResponse<String> answer =
                    send(gateway.anonymous("/api/v1/tunnels").header("Authorization", "Bearer " + token));
            assertProblem(answer, ProblemCode.AUTH_TOKEN_INVALID);
        }
        assertThat(upstream.waiting())
                .as("what auth-service is asked about the one of another issuer")
                .extracting(TestingService.Received::uri)
                .containsExactly("/internal/external-tokens/exchange");
    }

    @Test
    void tellsAnExpiredTokenFromAWrongOne() {
        String expired = TestingIssuer.shared().expired(TestCallers.user());

        assertProblem(
                send(gateway.anonymous("/api/v1/tunnels").header("Authorization", "Bearer " + expired)),
                ProblemCode.AUTH_TOKEN_EXPIRED);
    }

    @Test
    void servesOpenPathsToAnybodyAndDoesNotMindABadTokenThere() {
        String expired = TestingIssuer.shared().expired(TestCallers.user());

        assertThat(send(post(gateway.anonymous("/api/v1/auth/login"), "application/json", "{}"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(post(gateway.anonymous("/api/v1/auth/refresh"), "application/json", "{}")
                                .header("Authorization", "Bearer " + expired))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(gateway.anonymous("/.well-known/jwks.json")).statusCode())
                .isEqualTo(200);
        upstream.next();
        assertThat(upstream.next().headers().get("Authorization")).isNull();
    }

    @Test
    void exchangesAnApiKeyOnceForManyRequestsAtOnce() {
        String key = newKey();

        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 20)
                .mapToObj(_ -> HttpClient.newHttpClient()
                        .sendAsync(
                                gateway.anonymous("/api/v1/tunnels")
                                        .header("Authorization", "Bearer " + key)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString()))
                .toList();

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        assertThat(EXCHANGES).hasValue(1);
        assertThat(upstream.waiting().stream()
                        .filter(request -> request.uri().equals("/api/v1/tunnels"))
                        .map(request -> request.headers().getFirst("Authorization")))
                .hasSize(20)
                .allMatch(authorization -> authorization.startsWith("Bearer ey"));
    }

    @Test
    void remembersForAMomentThatAKeyWasRefused() {
        for (int i = 0; i < 3; i++) {
            assertProblem(
                    send(gateway.anonymous("/api/v1/tunnels").header("X-API-Key", "cvt_live_unknown")),
                    ProblemCode.AUTH_TOKEN_INVALID);
        }

        assertThat(EXCHANGES).hasValue(1);
    }

    /** S3.14, X-34. */
    @Test
    void refusesAKeyWithinASecondOfItsRevocation() throws Exception {
        String key = newKey();
        assertThat(send(withKey(key)).statusCode()).isEqualTo(200);
        TestCallers owner = KEYS.remove(key);

        publish(new ApiKeyRevoked(owner.userId(), owner.apiKeyId().orElseThrow(), "cvt_test"));

        await().atMost(Duration.ofSeconds(1))
                .untilAsserted(() -> assertProblem(send(withKey(key)), ProblemCode.AUTH_TOKEN_INVALID));
    }

    /** S3.15: what the owner changed counts from the next request on, and is asked for once. */
    @Test
    void asksAnewForAKeyThatChanged() throws Exception {
        String key = newKey();
        TERMS.put(key, Map.of("version", 1));
        assertThat(send(withKey(key)).statusCode()).isEqualTo(200);
        TestCallers owner = KEYS.get(key);
        TERMS.put(key, Map.of("version", 2));

        publish(new ApiKeyUpdated(
                owner.userId(),
                owner.apiKeyId().orElseThrow(),
                "cvt_test",
                2,
                Set.of("scopes"),
                Set.of("tunnels:read")));

        await().atMost(Duration.ofSeconds(1)).until(() -> {
            assertThat(send(withKey(key)).statusCode()).isEqualTo(200);
            return EXCHANGES.get() == 2;
        });
        assertThat(send(withKey(key)).statusCode()).isEqualTo(200);
        assertThat(EXCHANGES).hasValue(2);
    }

    /** a key that is known from an allowed address is not let in from another, nor refused there because of it. */
    @Test
    void holdsEveryRequestToTheNetworksOfItsKey() {
        String key = newKey();
        TERMS.put(
                key, Map.of("version", 1, "allowedNetworks", List.of("203.0.113.0/24"), "limits", Map.of("minute", 5)));

        assertThat(send(withKey(key).header("X-Forwarded-For", "203.0.113.5")).statusCode())
                .isEqualTo(200);
        assertThat(ASKED_FOR_ADDRESS).hasValue("203.0.113.5");
        HttpResponse<String> outside = send(withKey(key));
        assertProblem(outside, ProblemCode.FORBIDDEN);
        assertThat(outside.body()).contains("API_KEY_ADDRESS_NOT_ALLOWED");
        assertThat(send(withKey(key).header("X-Forwarded-For", "203.0.113.6")).statusCode())
                .isEqualTo(200);
        assertThat(EXCHANGES).hasValue(1);
    }

    /** R2.8b. */
    @Test
    void tellsAMissingKeyFromAWrongOne() {
        HttpResponse<String> missing = send(withKey(""));
        assertProblem(missing, ProblemCode.AUTH_TOKEN_MISSING);
        assertThat(missing.body()).contains("MISSING_API_KEY");
        HttpResponse<String> wrong = send(withKey("cvt_live_wrong"));
        assertProblem(wrong, ProblemCode.AUTH_TOKEN_INVALID);
        assertThat(wrong.body()).contains("INVALID_API_KEY");
        assertThat(EXCHANGES).hasValue(1);
    }

    /** S3.9: one answer for all of them, and for the audit log the reason. */
    @Test
    void recordsWhyACredentialIsRefused() {
        TestCallers user = TestCallers.user();
        TestingIssuer issuer = TestingIssuer.shared();
        Map<String, String> keys = Map.of(
                "cvt_live_x",
                "malformed",
                "cvt_live_a" + UUID.randomUUID(),
                "unknown",
                "cvt_live_b" + UUID.randomUUID(),
                "expired",
                "cvt_live_c" + UUID.randomUUID(),
                "revoked");
        REASONS.putAll(keys);
        Map<String, String> credentials = new HashMap<>(keys);
        credentials.put("rubbish", "malformed");
        credentials.put(issuer.withForeignKey(user), "unknown");
        credentials.put(issuer.expired(user), "expired");

        credentials.forEach((credential, reason) -> {
            double before = securityEvents("credential_" + reason);
            HttpResponse<String> answer =
                    send(gateway.anonymous("/api/v1/tunnels").header("Authorization", "Bearer " + credential));
            assertThat(answer.statusCode()).as(reason).isEqualTo(401);
            assertThat(answer.body()).doesNotContain("revoked", "malformed");
            assertThat(securityEvents("credential_" + reason) - before)
                    .as(credential)
                    .isEqualTo(1);
        });
    }

    private static double securityEvents(String type) {
        return gateway.context()
                .getBean(MeterRegistry.class)
                .get("security.events")
                .tag("type", type)
                .counter()
                .count();
    }

    @Test
    void refusesATokenWhoseSessionEnded() throws Exception {
        TestCallers user = TestCallers.user();
        HttpRequest.Builder request = gateway.as(user, "/api/v1/tunnels");
        assertThat(send(request).statusCode()).isEqualTo(200);

        publish(new SessionEnded(user.userId(), user.sessionId().orElseThrow(), "signed out"));

        await().atMost(Duration.ofSeconds(1))
                .untilAsserted(() -> assertProblem(send(request), ProblemCode.AUTH_TOKEN_INVALID));
    }

    /** Requirement R6.3: a plan that changes, with a token that still tells the old one. */
    @Test
    void followsAChangedPlanWithinASecond() throws Exception {
        TestCallers user = TestCallers.user();
        HttpRequest.Builder request = gateway.as(user, "/api/v1/tunnels");
        assertThat(send(request).headers().firstValue("X-RateLimit-Limit")).hasValue("100");

        publish(new TierChanged(user.userId(), "premium", UUID.randomUUID()));

        await().atMost(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(send(request).headers().firstValue("X-RateLimit-Limit"))
                        .hasValue("500"));
    }

    /** An application gave one of its own tokens back; the others of the same session go on. */
    @Test
    void refusesATokenThatEndedAlone() throws Exception {
        TestCallers user = TestCallers.user();
        String token = TestingIssuer.shared().token(user);
        HttpRequest.Builder ended = gateway.anonymous("/api/v1/tunnels").header("Authorization", "Bearer " + token);
        HttpRequest.Builder other = gateway.as(user, "/api/v1/tunnels");
        assertThat(send(ended).statusCode()).isEqualTo(200);
        UUID tokenId = UUID.fromString(SignedJWT.parse(token).getJWTClaimsSet().getJWTID());

        publish(new SessionEnded(user.userId(), tokenId, "revoked_by_application"));

        await().atMost(Duration.ofSeconds(1))
                .untilAsserted(() -> assertProblem(send(ended), ProblemCode.AUTH_TOKEN_INVALID));
        assertThat(send(other).statusCode()).isEqualTo(200);
    }

    /** Links and public tunnels: whether a visitor may come in is for the data port to say. */
    @Test
    void letsVisitorsWithoutAnAccountThroughToTunnels() {
        send(gateway.anonymous("/t/visited/x?share=cvs_secret").header("X-Share-Token", "cvs_secret"));
        send(gateway.anonymous("/t/visited/login").header("Authorization", "Basic YTpi"));

        List<TestingService.Received> arrived = upstream.waiting().stream()
                .filter(request -> request.uri().startsWith("/t/visited/"))
                .toList();
        assertThat(arrived)
                .extracting(TestingService.Received::uri)
                .containsExactly("/t/visited/x?share=cvs_secret", "/t/visited/login");
        assertThat(arrived.get(0).headers().get("X-Share-Token")).containsExactly("cvs_secret");
        assertThat(arrived.get(1).headers().get("Authorization")).containsExactly("Basic YTpi");
        assertThat(arrived)
                .allSatisfy(request -> assertThat(request.headers().get("Culvert-Caller-Token"))
                        .isNull());
        assertProblem(send(gateway.anonymous("/p/visited/x")), ProblemCode.AUTH_TOKEN_MISSING);
    }

    @Test
    void leavesTheApplicationBehindATunnelItsOwnAuthorization() {
        String key = newKey();

        send(gateway.anonymous("/t/app/x").header("X-API-Key", key).header("Authorization", "Basic YTpi"));
        send(gateway.anonymous("/t/app/x")
                .header("Authorization", "Bearer " + key)
                .header("X-Other", "stays"));

        List<TestingService.Received> arrived = upstream.waiting().stream()
                .filter(request -> request.uri().equals("/t/app/x"))
                .toList();
        assertThat(arrived.get(0).headers().get("Authorization")).containsExactly("Basic YTpi");
        assertThat(arrived.get(0).headers().get("X-API-Key")).isNull();
        assertThat(arrived.get(1).headers().get("Authorization")).isNull();
        assertThat(arrived.get(1).headers().get("X-Other")).containsExactly("stays");
        assertThat(arrived)
                .allSatisfy(request -> assertThat(request.headers().getFirst(HeaderNames.CALLER_TOKEN))
                        .startsWith("ey"));
    }

    @Test
    void startsWithoutAuthServiceAndServesOnceItIsThere() {
        try (TestingService keys = TestingService.start();
                TestingService service = TestingService.start()) {
            String jwks = fetch(TestingIssuer.shared().jwksUrl());
            keys.on("/keys", 200, jwks).stop();
            try (TestingGateway own = TestingGateway.start(service, "AUTH_JWKS_URL", keys.uri() + "/keys")) {
                HttpRequest.Builder request = own.signedIn("/api/v1/tunnels");
                assertProblem(send(request), ProblemCode.SERVICE_UNAVAILABLE);

                keys.restart();

                await().atMost(Duration.ofSeconds(10))
                        .untilAsserted(
                                () -> assertThat(send(request).statusCode()).isEqualTo(200));
            }
        }
    }

    @Test
    void servesWithoutKafka() {
        String key = newKey();
        try (TestingGateway own = TestingGateway.start(upstream, "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9")) {
            assertThat(send(own.anonymous("/api/v1/tunnels").header("X-API-Key", key))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static String newKey() {
        String key = "cvt_test_" + UUID.randomUUID();
        KEYS.put(key, TestCallers.apiKey("tunnels:read"));
        return key;
    }

    private static HttpRequest.Builder withKey(String key) {
        return gateway.anonymous("/api/v1/tunnels").header("X-API-Key", key);
    }

    private static void publish(DomainEvent event) throws Exception {
        EventType type = EventType.of(event);
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(Topics.AUTH, event.subject(), JSON.writeValueAsBytes(event));
        record.headers().add(EventHeaders.TYPE, type.cloudEventsType().getBytes(StandardCharsets.UTF_8));
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestingKafka.shared().bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }

    /** RS256/ES256 verifiers have been tricked into taking the public key for a shared secret. */
    private static String keyConfusion(String[] genuine) throws Exception {
        String publicKey = fetch(TestingIssuer.shared().jwksUrl());
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new JOSEObjectType("at+jwt"))
                        .build(),
                JWTClaimsSet.parse(new String(Base64.getUrlDecoder().decode(genuine[1]), StandardCharsets.UTF_8)));
        jwt.sign(new MACSigner(publicKey.getBytes(StandardCharsets.UTF_8)));
        return jwt.serialize();
    }

    private static String signedBy(String issuer, TestCallers user) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject(user.userId().toString())
                        .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                        .build());
        jwt.sign(new MACSigner(new byte[32]));
        return jwt.serialize();
    }

    private static String fetch(String url) {
        return send(HttpRequest.newBuilder(URI.create(url))).body();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
