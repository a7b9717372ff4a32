package dev.culvert.auth.authorization;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.springframework.security.oauth2.jwt.Jwt;

/** Tokens of ours in the form Spring's engine works with. */
final class JwtForm {
    private JwtForm() {}

    /** A token this service has signed or verified. */
    static Jwt of(String value) {
        try {
            SignedJWT jwt = SignedJWT.parse(value);
            return Jwt.withTokenValue(value)
                    .headers(headers -> headers.putAll(jwt.getHeader().toJSONObject()))
                    .claims(claims -> claims.putAll(claims(jwt)))
                    .build();
        } catch (ParseException e) {
            throw new IllegalArgumentException("Not a token of ours", e);
        }
    }

    private static Map<String, Object> claims(SignedJWT jwt) {
        try {
            JWTClaimsSet set = jwt.getJWTClaimsSet();
            Map<String, Object> claims = new HashMap<>(set.getClaims());
            claims.replaceAll((_, value) -> value instanceof Date date ? date.toInstant() : value);
            return claims;
        } catch (ParseException e) {
            throw new IllegalArgumentException("Not a token of ours", e);
        }
    }
}
