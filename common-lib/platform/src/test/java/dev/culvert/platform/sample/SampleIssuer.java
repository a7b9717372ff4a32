package dev.culvert.platform.sample;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.identity.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Issues access tokens and serves its keys over real HTTP. */
public final class SampleIssuer implements AutoCloseable {
    public static final String ISSUER = "http://issuer.test";
    public static final UUID USER = UUID.fromString("00000000-0000-4000-8000-000000000001");
    public static final UUID TENANT = UUID.fromString("00000000-0000-4000-8000-000000000002");

    private final ECKey key = newKey("k1");
    private final HttpServer server;
    public final AtomicInteger reads = new AtomicInteger();

    /** One that goes on for as long as the tests do, as the services that believe it. */
    public static SampleIssuer shared() {
        return Shared.INSTANCE;
    }

    /** Listens on {@code port}; 0 takes a free one. */
    public SampleIssuer(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/jwks", exchange -> {
            reads.incrementAndGet();
            byte[] body = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    public URI jwksUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    }

    /** A valid token with the given scopes and the role {@code user}. */
    public String token(String... scopes) {
        return token(claims -> claims.claim(CallerClaims.SCOPE, String.join(" ", scopes)));
    }

    public String token(Consumer<JWTClaimsSet.Builder> change) {
        return sign(key, JWSAlgorithm.ES256, CallerClaims.TYPE, change);
    }

    public String tokenOfType(String type) {
        return sign(key, JWSAlgorithm.ES256, type, _ -> {});
    }

    public static String foreignToken(String keyId) {
        return sign(newKey(keyId), JWSAlgorithm.ES256, CallerClaims.TYPE, _ -> {});
    }

    private static String sign(ECKey key, JWSAlgorithm algorithm, String type, Consumer<JWTClaimsSet.Builder> change) {
        Instant now = Instant.now();
        var claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(USER.toString())
                .audience(CallerClaims.AUDIENCE)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(30))))
                .jwtID(UUID.randomUUID().toString())
                .claim(CallerClaims.TENANT, TENANT.toString())
                .claim(CallerClaims.TIER, "premium")
                .claim(CallerClaims.ROLES, List.of(Role.USER.wireName()))
                .claim(CallerClaims.SCOPE, "");
        change.accept(claims);
        try {
            var header = new JWSHeader.Builder(algorithm)
                    .keyID(key.getKeyID())
                    .type(new JOSEObjectType(type))
                    .build();
            var jwt = new SignedJWT(header, claims.build());
            jwt.sign(new ECDSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static final class Shared {
        static final SampleIssuer INSTANCE = start();

        private static SampleIssuer start() {
            try {
                return new SampleIssuer(0);
            } catch (IOException e) {
                throw new UncheckedIOException("No issuer can be started", e);
            }
        }
    }
}
