package dev.culvert.auth.authorization;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.application.Application;
import dev.culvert.auth.application.ApplicationRemoved;
import dev.culvert.auth.application.Applications;
import dev.culvert.auth.authorization.ClientRows.Client;
import dev.culvert.auth.browser.BrowserSession;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AllSessionsEnded;
import dev.culvert.auth.token.ApplicationSessions;
import dev.culvert.auth.token.Origin;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.stereotype.Component;

/**
 * What applications were granted: a session each, kept alive by refresh tokens that work once. All methods need a
 * transaction in the system scope.
 */
@Component
class Grants {
    /** Why a session ended, as told in the event. */
    static final String REVOKED = "revoked_by_application";

    static final String CODE_REUSED = "authorization_code_reused";
    static final String TOKEN_REUSED = "refresh_token_reused";
    static final String CONSENT_WITHDRAWN = "consent_withdrawn";
    static final String APPLICATION_DELETED = "application_deleted";
    static final String SIGNED_OUT = "signed_out";

    /** Ways to come by a token whose session others use, too. */
    private static final Set<AuthorizationGrantType> SINGLE =
            Set.of(AuthorizationGrantType.CLIENT_CREDENTIALS, AuthorizationGrantType.TOKEN_EXCHANGE);

    private final AuthorizationRows rows;
    private final RefreshTokens refreshTokens;
    private final ApplicationSessions sessions;
    private final Applications applications;
    private final Accounts accounts;
    private final AuthorizationProperties properties;
    private final Clock clock;

    Grants(
            AuthorizationRows rows,
            RefreshTokens refreshTokens,
            ApplicationSessions sessions,
            Applications applications,
            Accounts accounts,
            AuthorizationProperties properties,
            Clock clock) {
        this.rows = rows;
        this.refreshTokens = refreshTokens;
        this.sessions = sessions;
        this.applications = applications;
        this.accounts = accounts;
        this.properties = properties;
        this.clock = clock;
    }

    /** What became of a refresh token that somebody presented. */
    sealed interface Presented {
        /** Good, and used for the first time. */
        record Fresh(StoredAuthorization authorization) implements Presented {}

        /** Used a moment ago: it leads to the same successor again. */
        record Repeated(StoredAuthorization authorization, OpaqueToken successor) implements Presented {}

        /** Unknown, expired, of an ended session, or used too long ago, which ends the session. */
        record Refused() implements Presented {}
    }

    /** How an attempt to renew tokens ended. */
    enum Renewal {
        DONE,
        LOST_RACE,
        ENDED
    }

    /** Exchanges a code; says whether this attempt was the first. Another one ends what the first one got. */
    boolean begin(UUID id, OAuth2Authorization authorization) {
        Instant now = clock.instant();
        if (!rows.redeem(id, now)) {
            end(id, CODE_REUSED);
            return false;
        }
        StoredAuthorization stored = rows.find(id).orElseThrow();
        BrowserSession allowedBy = stored.allowedBy().orElseThrow();
        Account account = accounts.find(allowedBy.accountId()).orElseThrow();
        Application application = applications.find(stored.applicationId()).orElseThrow();
        Instant sessionEnd = sessions.begin(id, account, new Origin(allowedBy.clientAddress(), application.name()));
        rows.granted(id, sessionEnd, AuthorizationMapping.keyThumbprint(authorization));
        newRefreshToken(authorization)
                .ifPresent(token -> refreshTokens.insert(token, id, now, refreshEnd(now, sessionEnd)));
        return true;
    }

    /** What a refresh token presented for renewal leads to; does not use it yet. */
    Presented present(OpaqueToken token) {
        Instant now = clock.instant();
        Optional<RefreshTokens.Stored> known =
                refreshTokens.find(token).filter(stored -> stored.expiresAt().isAfter(now));
        if (known.isEmpty()) {
            return new Presented.Refused();
        }
        RefreshTokens.Stored stored = known.get();
        StoredAuthorization authorization = rows.find(stored.authorizationId()).orElseThrow();
        if (!sessions.running(authorization.id(), Duration.ZERO)) {
            return new Presented.Refused();
        }
        if (stored.usedAt().isEmpty()) {
            return new Presented.Fresh(authorization);
        }
        Optional<OpaqueToken> successor = stored.successor()
                .filter(_ ->
                        stored.usedAt().get().plus(properties.refreshGrace()).isAfter(now))
                .filter(this::unused);
        if (successor.isPresent()) {
            return new Presented.Repeated(authorization, successor.get());
        }
        end(authorization.id(), TOKEN_REUSED);
        return new Presented.Refused();
    }

    /** The grant of a refresh token that can still be used. */
    Optional<StoredAuthorization> find(OpaqueToken token) {
        Instant now = clock.instant();
        return refreshTokens
                .find(token)
                .filter(stored ->
                        stored.usedAt().isEmpty() && stored.expiresAt().isAfter(now))
                .flatMap(stored -> rows.find(stored.authorizationId()))
                .filter(authorization -> sessions.running(authorization.id(), Duration.ZERO));
    }

    /** Replaces the refresh token that was presented by the new one. */
    Renewal renew(UUID id, OAuth2Authorization authorization) {
        Optional<Instant> sessionEnd = sessions.use(id);
        if (sessionEnd.isEmpty()) {
            return Renewal.ENDED;
        }
        if (AuthorizationMapping.successor(authorization).isPresent()) {
            return Renewal.DONE; // the successor is there already, given out a second time
        }
        Instant now = clock.instant();
        OpaqueToken presented =
                AuthorizationMapping.presentedRefreshToken(authorization).orElseThrow();
        OpaqueToken successor = newRefreshToken(authorization).orElseThrow();
        if (!refreshTokens.use(presented, successor, now)) {
            return Renewal.LOST_RACE;
        }
        refreshTokens.insert(successor, id, now, refreshEnd(now, sessionEnd.get()));
        return Renewal.DONE;
    }

    /** Ends what an application gives back: a grant as a whole, or a token in a session that is not the application's. */
    void revoke(UUID id, OAuth2Authorization authorization) {
        if (!SINGLE.contains(authorization.getAuthorizationGrantType())) {
            end(id, REVOKED);
            return;
        }
        OAuth2Authorization.Token<OAuth2AccessToken> access = Objects.requireNonNull(authorization.getAccessToken());
        Object tokenId = Objects.requireNonNull(access.getClaims()).get("jti");
        sessions.endToken(
                id,
                UUID.fromString(String.valueOf(tokenId)),
                Objects.requireNonNull(access.getToken().getExpiresAt()),
                REVOKED);
    }

    void end(UUID id, String reason) {
        sessions.end(id, reason);
    }

    /** Ends what an application has from somebody, and what it is about to get. */
    void endAll(UUID applicationId, UUID accountId) {
        for (UUID id : rows.grantsOf(applicationId, accountId)) {
            end(id, CONSENT_WITHDRAWN);
            rows.delete(id);
        }
    }

    /** Nobody asks for the tokens of an application that is gone. */
    @EventListener
    void applicationRemoved(ApplicationRemoved removed) {
        rows.grantsOf(removed.applicationId()).forEach(id -> end(id, APPLICATION_DELETED));
        applications
                .find(removed.applicationId())
                .flatMap(Application::serviceSessionId)
                .ifPresent(id -> end(id, APPLICATION_DELETED));
    }

    /** A code that was allowed before must not begin a session after all of them were ended. */
    @EventListener
    void allSessionsEnded(AllSessionsEnded ended) {
        rows.deleteUnredeemed(ended.accountId());
    }

    /** The session of the tokens an application gets for itself, if it goes on for as long as another token; asks nobody. */
    Optional<UUID> runningServiceSession(Client client) {
        Instant tokenEnd = clock.instant().plus(sessions.accessLifetime());
        return client.serviceSessionEnd()
                .filter(end -> end.isAfter(tokenEnd))
                .flatMap(_ -> client.application().serviceSessionId());
    }

    /** A new session of the tokens an application gets for itself; of several at once one is begun for all. */
    UUID newServiceSession(Client client) {
        Application locked = applications
                .findForUpdate(client.application().id())
                .orElseThrow(() -> new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT)); // just deleted
        return locked.serviceSessionId()
                .filter(id -> sessions.running(id, sessions.accessLifetime()))
                .orElseGet(() -> {
                    UUID id = UUID.randomUUID();
                    sessions.begin(id, client.owner(), new Origin("", locked.name()));
                    applications.setServiceSession(locked.id(), id);
                    return id;
                });
    }

    private boolean unused(OpaqueToken token) {
        return refreshTokens
                .find(token)
                .filter(stored -> stored.usedAt().isEmpty())
                .isPresent();
    }

    private Instant refreshEnd(Instant now, Instant sessionEnd) {
        Instant end = now.plus(sessions.refreshLifetime());
        return end.isBefore(sessionEnd) ? end : sessionEnd;
    }

    private static Optional<OpaqueToken> newRefreshToken(OAuth2Authorization authorization) {
        OAuth2Authorization.Token<OAuth2RefreshToken> token = authorization.getRefreshToken();
        return Optional.ofNullable(token)
                .map(issued -> OpaqueToken.of(issued.getToken().getTokenValue()));
    }
}
