package dev.culvert.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;

/** Signs access tokens as auth-service does (RFC 9068, ES256) and serves its keys over HTTP. */
public final class TestingIssuer {

    /** The {@code iss} of every token and, by {@link TestingStores}, the services' {@code PUBLIC_URL}. */
    public static final String ISSUER = "http://127.0.0.1:8080";

    private static final String JWKS_PATH = "/.well-known/jwks.json";

    private final ECKey key = newKey();
    private final ECKey foreignKey = newKey();
    private final HttpServer server;

    private TestingIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("The issuer did not start", e);
        }
        server.createContext(JWKS_PATH, this::answerKeys);
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(0), "testing-issuer-stop"));
    }

    public static TestingIssuer shared() {
        return Shared.INSTANCE;
    }

    public String jwksUrl() {
        return LocalPorts.http(server.getAddress().getPort(), JWKS_PATH).toString();
    }

    /** A token that is good for five minutes. */
    public String token(TestCallers caller) {
        return sign(claims(caller, Instant.now().plus(Duration.ofMinutes(5))).build(), key, CallerClaims.TYPE);
    }

    /** A token that was good until ten minutes ago. */
    public String expired(TestCallers caller) {
        return sign(claims(caller, Instant.now().minus(Duration.ofMinutes(10))).build(), key, CallerClaims.TYPE);
    }

    /** A token like the real one, under the same key id, but signed by somebody else. */
    public String withForeignKey(TestCallers caller) {
        return sign(claims(caller, Instant.now().plus(Duration.ofMinutes(5))).build(), foreignKey, CallerClaims.TYPE);
    }

    /** A well-signed token for somebody else's services. */
    public String withAudience(TestCallers caller, String audience) {
        JWTClaimsSet claims = claims(caller, Instant.now().plus(Duration.ofMinutes(5)))
                .audience(audience)
                .build();
        return sign(claims, key, CallerClaims.TYPE);
    }

    /** A well-signed token that is no access token, e.g. {@code typ} {@code JWT}. */
    public String withType(TestCallers caller, String type) {
        return sign(claims(caller, Instant.now().plus(Duration.ofMinutes(5))).build(), key, type);
    }

    private static JWTClaimsSet.Builder claims(TestCallers caller, Instant expiry) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(CallerClaims.AUDIENCE)
                .subject(caller.userId().toString())
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(expiry.minus(Duration.ofMinutes(5))))
                .expirationTime(Date.from(expiry))
                .claim(CallerClaims.TENANT, caller.tenantId().toString())
                .claim(CallerClaims.TIER, caller.tier().wireName())
                .claim(
                        CallerClaims.ROLES,
                        caller.roles().stream().map(Role::wireName).sorted().toList())
                .claim(CallerClaims.SCOPE, String.join(" ", caller.scopes()));
        caller.sessionId()
                .ifPresent(id -> claims.claim(CallerClaims.SESSION, id.toString())
                        .claim(CallerClaims.AUTHENTICATED_AT, Instant.now().getEpochSecond()));
        caller.apiKeyId().ifPresent(id -> claims.claim(CallerClaims.API_KEY, id.toString()));
        return claims;
    }

    private String sign(JWTClaimsSet claims, ECKey signer, String type) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(type))
                .keyID(key.getKeyID())
                .build();
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(new ECDSASigner(signer));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("The token cannot be signed", e);
        }
    }

    private void answerKeys(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/jwk-set+json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("No key for the issuer", e);
        }
    }

    private static final class Shared {
        static final TestingIssuer INSTANCE = new TestingIssuer();
    }
}
