package dev.culvert.auth.federation;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Optional;

/**
 * Who a provider says somebody is. Only issuer and subject identify; the rest are suggestions for a new account.
 *
 * @param email only if it is proven
 */
record ExternalPerson(String issuer, String subject, Optional<String> email, Optional<String> username) {

    /** The person that verified claims tell of. */
    static ExternalPerson of(ExternalIssuer issuer, JWTClaimsSet claims) {
        boolean proven = issuer.trustEmail() || Boolean.TRUE.equals(claims.getClaim("email_verified"));
        return new ExternalPerson(
                claims.getIssuer(),
                claims.getSubject(),
                Claims.text(claims, issuer.emailClaim()).filter(_ -> proven),
                Claims.text(claims, issuer.usernameClaim()));
    }
}
