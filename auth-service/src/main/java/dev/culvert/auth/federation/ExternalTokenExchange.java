package dev.culvert.auth.federation;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.account.Account;
import dev.culvert.auth.assurance.AssurancePolicy;
import dev.culvert.auth.federation.TokenRefusedException.Reason;
import dev.culvert.auth.federation.TrustedIssuers.TrustedIssuer;
import dev.culvert.auth.token.AccessTokens;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.springframework.stereotype.Service;

/** Turns an access token of a trusted provider into a short one of ours, so that other services only ever see ours. */
@Service
class ExternalTokenExchange {
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final TrustedIssuers issuers;
    private final ExternalTokens externalTokens;
    private final ExternalAccounts accounts;
    private final ExternalAttempts attempts;
    private final AssurancePolicy assurancePolicy;
    private final AccessTokens accessTokens;
    private final FederationProperties properties;
    private final Clock clock;

    ExternalTokenExchange(
            TrustedIssuers issuers,
            ExternalTokens externalTokens,
            ExternalAccounts accounts,
            ExternalAttempts attempts,
            AssurancePolicy assurancePolicy,
            AccessTokens accessTokens,
            FederationProperties properties,
            Clock clock) {
        this.issuers = issuers;
        this.externalTokens = externalTokens;
        this.accounts = accounts;
        this.attempts = attempts;
        this.assurancePolicy = assurancePolicy;
        this.accessTokens = accessTokens;
        this.properties = properties;
        this.clock = clock;
    }

    /** What a token was exchanged for. */
    record Exchanged(Account account, AccessToken token) {}

    /**
     * Our token for theirs; it ends with it.
     *
     * @throws ProblemException AUTH_TOKEN_EXPIRED; AUTH_TOKEN_INVALID whatever else is wrong, with the alias
     *     ISSUER_NOT_TRUSTED where no token of its issuer is accepted; FORBIDDEN when its holder has no account and gets
     *     none; SERVICE_UNAVAILABLE when the provider's keys cannot be read
     */
    Exchanged exchange(String sent) {
        SignedJWT token;
        Optional<TrustedIssuer> issuer;
        try {
            token = SignedJWT.parse(sent);
            issuer = Optional.ofNullable(token.getJWTClaimsSet().getIssuer())
                    .flatMap(issuers::find)
                    .filter(known -> known.settings().acceptsTokens());
        } catch (ParseException e) {
            throw refused("unknown", Reason.MALFORMED);
        }
        TrustedIssuer known = issuer.orElseThrow(
                () -> refused("unknown", Reason.UNKNOWN_ISSUER).withAlias("ISSUER_NOT_TRUSTED"));
        try {
            return exchange(known.settings(), externalTokens.verifyAccessToken(known, token));
        } catch (TokenRefusedException e) {
            throw refused(known.settings().id(), e.reason());
        }
    }

    private Exchanged exchange(ExternalIssuer issuer, JWTClaimsSet claims) {
        ExternalPerson person = ExternalPerson.of(issuer, claims);
        String who = issuer.id() + ":" + person.subject();
        Account account;
        try {
            account = accounts.of(issuer, person);
        } catch (ProblemException e) {
            attempts.refused(who, "account_not_linked");
            throw e;
        }
        Entitlement entitlement = Entitlement.of(issuer, claims);
        Account entitled = account.withRoles(entitlement.roles());
        AccessToken token = accessTokens.forExternalIdentity(
                entitled,
                assurancePolicy.rolesFor(entitled, entitlement.secondFactor()),
                entitlement.scopes(),
                entitlement.authenticatedAt(),
                lifetime(claims));
        attempts.accepted(who, account);
        return new Exchanged(account, token);
    }

    /** As long as theirs would be accepted, but short: what the provider takes away is noticed when it is over. */
    private Duration lifetime(JWTClaimsSet claims) {
        Instant end = claims.getExpirationTime().toInstant().plus(properties.clockSkew());
        Duration left = Duration.between(clock.instant(), end);
        Duration shorter = left.compareTo(properties.tokenLifetime()) < 0 ? left : properties.tokenLifetime();
        return shorter.compareTo(SHORTEST) < 0 ? SHORTEST : shorter;
    }

    private ProblemException refused(String who, Reason reason) {
        attempts.refused(who, reason.word());
        return reason == Reason.EXPIRED
                ? new ProblemException(ProblemCode.AUTH_TOKEN_EXPIRED, "The access token has expired.")
                : new ProblemException(ProblemCode.AUTH_TOKEN_INVALID, "The access token was not accepted.");
    }
}
