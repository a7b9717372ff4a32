package dev.culvert.gateway.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Identity;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.caller.CallerProperties;
import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemException;
import java.text.ParseException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Verifies access tokens (requirements R2.1, R2.1a). */
@Component
final class AccessTokens {
    private final SigningKeys keys;
    private final CallerTokens tokens;

    AccessTokens(SigningKeys keys, CallerProperties properties, Clock clock) {
        this.keys = keys;
        this.tokens = new CallerTokens(keys, properties, clock);
    }

    /** Fails with {@code AUTH_TOKEN_INVALID}, {@code AUTH_TOKEN_EXPIRED} or {@code SERVICE_UNAVAILABLE}. */
    Mono<Identity> verify(String token) {
        SignedJWT parsed;
        try {
            parsed = SignedJWT.parse(token);
        } catch (ParseException e) {
            return Mono.error(new ProblemException(
                    ProblemCode.AUTH_TOKEN_INVALID, "The credential is neither an access token nor an API key.", e));
        }
        return keys.lookUp(parsed.getHeader().getKeyID()).then(Mono.fromCallable(() -> identity(parsed, token)));
    }

    /** Of the key the token is bound to (RFC 9449 §6.1). */
    private static Optional<String> keyThumbprint(JWTClaimsSet claims) throws ParseException {
        Map<String, Object> confirmation = claims.getJSONObjectClaim("cnf");
        return Optional.ofNullable(confirmation)
                .map(members -> members.get("jkt"))
                .map(Object::toString);
    }

    private Identity identity(SignedJWT parsed, String token) throws ParseException {
        Caller caller = tokens.verify(token);
        JWTClaimsSet claims = parsed.getJWTClaimsSet();
        return new Identity(
                caller, token, claims.getExpirationTime().toInstant(), keyThumbprint(claims), Optional.empty());
    }
}
