package dev.culvert.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.gateway.call.Rehearsal;
import dev.culvert.platform.caller.CallerProperties;
import dev.culvert.platform.caller.CallerTokens;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Verifies tokens of a key that nobody else knows and that the gateway itself does not believe. */
@Component
final class TokenRehearsal implements Rehearsal {
    private static final int ROUNDS = 10;
    private static final Duration LIFE = Duration.ofMinutes(1);

    private final CallerProperties properties;
    private final Clock clock;

    TokenRehearsal(CallerProperties properties, Clock clock) {
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public Mono<Void> rehearse() {
        return Mono.fromCallable(this::verify)
                .subscribeOn(Schedulers.boundedElastic())
                .then();
    }

    private int verify() throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("rehearsal").generate();
        CallerTokens tokens = new CallerTokens(new ImmutableJWKSet<>(new JWKSet(key)), properties, clock);
        String token = token(key);
        for (int i = 0; i < ROUNDS; i++) {
            tokens.verify(token);
        }
        return ROUNDS;
    }

    private String token(ECKey key) throws JOSEException {
        Instant now = clock.instant();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType(CallerClaims.TYPE))
                .keyID(key.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(
                header,
                new JWTClaimsSet.Builder()
                        .issuer(properties.issuer())
                        .audience(CallerClaims.AUDIENCE)
                        .subject(UUID.randomUUID().toString())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(LIFE)))
                        .claim(CallerClaims.TENANT, UUID.randomUUID().toString())
                        .claim(CallerClaims.TIER, "free")
                        .claim(CallerClaims.ROLES, List.of("user"))
                        .claim(CallerClaims.SCOPE, "profile:read")
                        .build());
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }
}
