package dev.culvert.auth.federation;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.springframework.test.context.DynamicPropertyRegistry;
import tools.jackson.databind.json.JsonMapper;

/** A small OpenID provider over HTTP with keys of its own: discovery, keys, authorization and token endpoint. */
public final class TestingProvider {
    static final String AUDIENCE = "https://api.culvert.test";
    static final String CLIENT_ID = "culvert-at-provider";
    static final String CLIENT_SECRET = "s3cret-of:culvert";

    /** Makes accounts, maps roles, has a button. */
    public static final TestingProvider ACME = new TestingProvider("acme");

    /** Links accounts by mail address, has a button too. */
    public static final TestingProvider LINKING = new TestingProvider("linking");

    /** Makes no accounts. */
    static final TestingProvider STRICT = new TestingProvider("strict");

    private final String id;
    private final HttpServer server;
    private final List<JWK> published = new CopyOnWriteArrayList<>();
    private final AtomicInteger keyReads = new AtomicInteger();
    private final ConcurrentMap<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    private final AtomicReference<UnaryOperator<JWTClaimsSet.Builder>> idTokenChange =
            new AtomicReference<>(claims -> claims);
    private volatile RSAKey key = newKey();

    private TestingProvider(String id) {
        this.id = id;
        published.add(key.toPublicJWK());
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, 200, metadata()));
        server.createContext("/keys", exchange -> {
            keyReads.incrementAndGet();
            answer(exchange, 200, new JWKSet(published).toString());
        });
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(0), "testing-provider-stop"));
    }

    /** Makes the service trust these providers. */
    public static void register(DynamicPropertyRegistry registry) {
        registry.add("culvert.outbound.allowed", () -> "127.0.0.1/32");
        List<TestingProvider> all = List.of(ACME, LINKING, STRICT);
        for (int i = 0; i < all.size(); i++) {
            TestingProvider provider = all.get(i);
            String prefix = "culvert.auth.issuers[" + i + "].";
            registry.add(prefix + "id", () -> provider.id);
            registry.add(prefix + "issuer", provider::issuer);
            registry.add(prefix + "audiences", () -> AUDIENCE);
            registry.add(prefix + "link-by-email", () -> provider == LINKING);
            registry.add(prefix + "create-accounts", () -> provider != STRICT);
            if (provider != STRICT) {
                registry.add(prefix + "client-id", () -> CLIENT_ID);
                registry.add(prefix + "client-secret", () -> CLIENT_SECRET);
            }
        }
        String acme = "culvert.auth.issuers[0].";
        registry.add(acme + "name", () -> "Acme & Sons");
        registry.add(acme + "grants-claim", () -> "realm_access.roles");
        registry.add(acme + "grants[0].value", () -> "operations");
        registry.add(acme + "grants[0].role", () -> "support_admin");
        registry.add(acme + "grants[1].value", () -> "key-keepers");
        registry.add(acme + "grants[1].scopes", () -> "keys:manage");
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int keyReads() {
        return keyReads.get();
    }

    RSAKey key() {
        return key;
    }

    /** A new key signs from now on; the old one stays published. */
    void rotateKey() {
        key = newKey();
        published.add(key.toPublicJWK());
    }

    void publish(JWK other) {
        published.add(other);
    }

    /** Changes the id tokens of sign-ins until the next call. */
    public void changeIdTokens(UnaryOperator<JWTClaimsSet.Builder> change) {
        idTokenChange.set(change);
    }

    /** Claims of a good access token of somebody new. */
    JWTClaimsSet.Builder claims(Instant now) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject("subject-" + UUID.randomUUID())
                .audience(List.of("account", AUDIENCE))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(600)));
    }

    String sign(JWTClaimsSet.Builder claims) {
        return sign(key, JWSAlgorithm.RS256, "JWT", claims);
    }

    static String sign(RSAKey key, JWSAlgorithm algorithm, String type, JWTClaimsSet.Builder claims) {
        try {
            return sign(new RSASSASigner(key), algorithm, key.getKeyID(), type, claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sign(
            JWSSigner signer, JWSAlgorithm algorithm, String keyId, String type, JWTClaimsSet.Builder claims) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(algorithm)
                            .keyID(keyId)
                            .type(new JOSEObjectType(type))
                            .build(),
                    claims.build());
            jwt.sign(signer);
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private String metadata() {
        return JsonMapper.shared()
                .writeValueAsString(Map.of(
                        "issuer", issuer(),
                        "jwks_uri", issuer() + "/keys",
                        "authorization_endpoint", issuer() + "/authorize",
                        "token_endpoint", issuer() + "/token",
                        "authorization_response_iss_parameter_supported", true));
    }

    /** Whoever is sent here has signed in as the subject the sign-in is to be of, without a page in between. */
    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> request = form(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        codes.put(code, request);
        exchange.getResponseHeaders()
                .add(
                        "Location",
                        request.get("redirect_uri") + "?code=" + code + "&state=" + request.get("state") + "&iss="
                                + issuer());
        answer(exchange, 302, "");
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> sent = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, String> asked = codes.remove(sent.getOrDefault("code", ""));
        String expected = "Basic "
                + Base64.getEncoder()
                        .encodeToString((CLIENT_ID + ":s3cret-of%3Aculvert").getBytes(StandardCharsets.UTF_8));
        boolean good = asked != null
                && expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                && asked.get("redirect_uri").equals(sent.get("redirect_uri"))
                && asked.get("code_challenge_method").equals("S256")
                && asked.get("code_challenge").equals(challenge(sent.get("code_verifier")));
        if (!good) {
            answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        JWTClaimsSet.Builder claims = claims(Instant.now()).audience(CLIENT_ID).claim("nonce", asked.get("nonce"));
        String idToken = sign(idTokenChange.get().apply(claims));
        answer(
                exchange,
                200,
                JsonMapper.shared()
                        .writeValueAsString(
                                Map.of("id_token", idToken, "access_token", "opaque", "token_type", "Bearer")));
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(OpaqueToken.of(verifier).hash());
    }

    private static Map<String, String> form(String encoded) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : encoded.split("&")) {
            String[] parts = pair.split("=", 2);
            fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return fields;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
