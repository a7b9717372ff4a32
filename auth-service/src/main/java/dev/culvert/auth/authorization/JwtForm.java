package dev.culvert.auth.authorization;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.contracts.identity.CallerClaims;
import java.text.ParseException;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.springframework.security.oauth2.jwt.Jwt;

/** Tokens of ours in the form Spring's engine works with. */
final class JwtForm {
    private JwtForm() {}

    /** A token just issued, whose claims need not be read out of its text again. */
    static Jwt of(AccessToken token) {
        return Jwt.withTokenValue(token.value())
                .header("typ", CallerClaims.TYPE)
                .claims(claims -> claims.putAll(claims(token.claims())))
                .build();
    }

    /** A token this service has signed or verified. */
    static Jwt of(String value) {
        try {
            SignedJWT jwt = SignedJWT.parse(value);
            Map<String, Object> said = claims(jwt.getJWTClaimsSet());
            return Jwt.withTokenValue(value)
                    .headers(headers -> headers.putAll(jwt.getHeader().toJSONObject()))
                    .claims(claims -> claims.putAll(said))
                    .build();
        } catch (ParseException e) {
            throw new IllegalArgumentException("Not a token of ours", e);
        }
    }

    private static Map<String, Object> claims(JWTClaimsSet set) {
        Map<String, Object> claims = new HashMap<>(set.getClaims());
        claims.replaceAll((_, value) -> value instanceof Date date ? date.toInstant() : value);
        return claims;
    }
}
