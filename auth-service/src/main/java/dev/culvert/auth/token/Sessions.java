package dev.culvert.auth.token;

import dev.culvert.auth.account.Account;
import dev.culvert.auth.account.Accounts;
import dev.culvert.auth.account.PasswordReplaced;
import dev.culvert.auth.assurance.Assurance;
import dev.culvert.auth.audit.AuditEvent;
import dev.culvert.auth.audit.AuditSeverity;
import dev.culvert.auth.audit.AuditTrail;
import dev.culvert.auth.audit.AuditType;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import dev.culvert.auth.token.AccessTokens.AccessToken;
import dev.culvert.auth.token.SessionStore.UsedToken;
import dev.culvert.contracts.event.AuthEvent;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sessions: each begins with a sign-in and is the family of the refresh tokens that follow one another from there. A
 * refresh token works once. One that comes back within seconds is taken for the same request sent again, and gets the same
 * successor; when one comes back later, somebody copied it, and the whole session ends (requirement R2.2, RFC 9700
 * §4.14.2).
 */
@Service
public class Sessions {
    private static final String REFRESH_REASON = "a refresh token is not bound to a tenant yet";

    private final SessionStore store;
    private final SuccessorTokens successors;
    private final Accounts accounts;
    private final AccessTokens accessTokens;
    private final AuditTrail audit;
    private final Outbox outbox;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;
    private final TokenProperties properties;
    private final Clock clock;

    Sessions(
            SessionStore store,
            SuccessorTokens successors,
            Accounts accounts,
            AccessTokens accessTokens,
            AuditTrail audit,
            Outbox outbox,
            ApplicationEventPublisher events,
            TransactionOperations transactions,
            TokenProperties properties,
            Clock clock) {
        this.store = store;
        this.successors = successors;
        this.accounts = accounts;
        this.accessTokens = accessTokens;
        this.audit = audit;
        this.outbox = outbox;
        this.events = events;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    private sealed interface Refresh {
        record Renewed(TokenResponse tokens) implements Refresh {}

        record Refused() implements Refresh {}
    }

    /** Begins the session of somebody whose password was right; needs a transaction in the system scope. */
    public TokenResponse begin(Account account, Origin origin) {
        return begin(account, origin, Assurance.byPassword(clock.instant()));
    }

    /** Begins the session of somebody who proved who they are; needs a transaction in the system scope. */
    public TokenResponse begin(Account account, Origin origin, Assurance assurance) {
        Instant now = clock.instant();
        Session session = new Session(
                UUID.randomUUID(),
                account.tenantId(),
                account.id(),
                origin.clientAddress(),
                origin.userAgent(),
                now,
                now,
                now.plus(properties.sessionLifetime()),
                now.plus(idle(account)),
                assurance);
        AccessToken access = accessTokens.forSession(account, session.id(), assurance);
        store.insert(session, access.id());
        OpaqueToken refresh = OpaqueToken.random();
        store.insert(refresh, session.id(), now, session.end());
        outbox.append(
                account.tenantId(),
                new AuthEvent.SignedIn(account.id(), session.id(), origin.clientAddress(), origin.userAgent()));
        return TokenResponse.of(access, refresh, Duration.between(now, session.end()));
    }

    /**
     * Notes that the owner of a session proved once more who they are; needs a transaction in the system scope.
     *
     * @return an access token that says so; the refresh token stays as it is, and what it is exchanged for says so too
     * @throws ProblemException AUTH_TOKEN_INVALID when the session has ended or is not the account's
     */
    public AccessToken prove(Account account, UUID sessionId, Assurance.Method method) {
        Instant now = clock.instant();
        Session session = store.lockRunning(sessionId, now)
                .filter(found -> found.accountId().equals(account.id()))
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.AUTH_TOKEN_INVALID, "The session of this token has ended; sign in again."));
        Assurance assurance = session.assurance().renewed(now, method);
        AccessToken access = accessTokens.forSession(account, sessionId, assurance);
        store.prove(sessionId, assurance, access.id());
        return access;
    }

    /** Ends a session of the present tenant; nothing happens when it has ended already. */
    public void end(UUID sessionId, EndReason reason) {
        transactions.executeWithoutResult(_ -> endInTransaction(sessionId, reason));
    }

    /**
     * Ends the sessions of an account, all or all but one, and what else its owner is signed in to ({@link
     * AllSessionsEnded}); needs a transaction that sees them.
     *
     * @param kept the one that goes on, or null
     * @return how many ended
     */
    public int endAll(UUID accountId, @Nullable UUID kept, EndReason reason) {
        List<Session> ended = store.endAllOf(accountId, kept, reason, clock.instant());
        ended.forEach(session -> announceEnd(session, reason));
        events.publishEvent(new AllSessionsEnded(accountId));
        return ended.size();
    }

    /** A new password ends what was begun with the old one (requirement S1.12). */
    @EventListener
    void follow(PasswordReplaced replaced) {
        EndReason reason = switch (replaced.reason()) {
            case CHANGED -> EndReason.PASSWORD_CHANGED;
            case RESET -> EndReason.PASSWORD_RESET;
        };
        endAll(replaced.account().id(), replaced.keptSession(), reason);
    }

    /**
     * Exchanges a refresh token for new tokens.
     *
     * @throws ProblemException REFRESH_TOKEN_INVALID when it is unknown, expired, of an ended session or used before; the
     *     last ends the session
     */
    TokenResponse refresh(OpaqueToken token) {
        // The refusal leaves the transaction as a value, so that ending the session is committed and not rolled back.
        Refresh outcome =
                TenantScope.callAsSystem(REFRESH_REASON, () -> transactions.execute(_ -> refreshInTransaction(token)));
        return switch (outcome) {
            case Refresh.Renewed renewed -> renewed.tokens();
            case Refresh.Refused _ ->
                throw new ProblemException(
                        ProblemCode.REFRESH_TOKEN_INVALID,
                        "The refresh token is unknown, expired or was used before; sign in again.");
        };
    }

    /** Whether the session of a token has ended, or the token alone; needs the tenant of the caller. */
    boolean ended(Caller caller) {
        Optional<UUID> session = caller.sessionId().map(UUID::fromString);
        String token = caller.tokenId().orElse("");
        return session.isPresent() && transactions.execute(_ -> !store.good(session.get(), token, clock.instant()));
    }

    /** Ends some sessions whose time is over; needs a transaction in the system scope. */
    int endTimedOut(int limit) {
        List<Session> ended = store.endTimedOut(limit, clock.instant());
        ended.forEach(session -> announceEnd(session, EndReason.TIMED_OUT));
        return ended.size();
    }

    private Refresh refreshInTransaction(OpaqueToken token) {
        Instant now = clock.instant();
        byte[] salt = successors.salt();
        return store.redeem(token, salt, now)
                .map(redeemed -> renew(redeemed.session(), redeemed.owner(), successors.after(token, salt), now))
                .orElseGet(() -> again(token, now));
    }

    private Refresh renew(Session session, Account account, OpaqueToken successor, Instant now) {
        AccessToken access = accessTokens.forSession(account, session.id(), session.assurance());
        Instant idleEnd = now.plus(idle(account));
        Instant end = idleEnd.isBefore(session.expiresAt()) ? idleEnd : session.expiresAt();
        if (!store.renew(session.id(), access.id(), successor, now, idleEnd, end)) {
            return new Refresh.Refused();
        }
        audit.record(AuditEvent.of(AuditType.TOKEN_REFRESH, AuditSeverity.DEBUG, "renewed")
                .about(session.tenantId(), session.accountId())
                .inSession(session.id()));
        return new Refresh.Renewed(TokenResponse.of(access, successor, Duration.between(now, end)));
    }

    /** A token that does not work: perhaps its answer was lost, perhaps it was copied, mostly it is just too old. */
    private Refresh again(OpaqueToken token, Instant now) {
        Optional<UsedToken> used = store.findUsed(token);
        if (used.isEmpty()) {
            return new Refresh.Refused();
        }
        UsedToken found = used.get();
        if (found.usedAt().plus(properties.refreshGrace()).isBefore(now) || found.successorSalt().length == 0) {
            endInTransaction(found.sessionId(), EndReason.REFRESH_TOKEN_REUSED);
            return new Refresh.Refused();
        }
        return store.findRunning(found.sessionId(), now)
                .<Refresh>map(session -> new Refresh.Renewed(TokenResponse.of(
                        accessTokens.forSession(
                                accounts.find(session.accountId()).orElseThrow(), session.id(), session.assurance()),
                        successors.after(token, found.successorSalt()),
                        Duration.between(now, session.end()))))
                .orElseGet(Refresh.Refused::new);
    }

    private void endInTransaction(UUID sessionId, EndReason reason) {
        store.end(sessionId, reason, clock.instant()).ifPresent(session -> announceEnd(session, reason));
    }

    private void announceEnd(Session session, EndReason reason) {
        audit.record(AuditEvent.of(reason.auditType(), reason.severity(), reason.wireName())
                .about(session.tenantId(), session.accountId())
                .inSession(session.id()));
        outbox.append(
                session.tenantId(), new AuthEvent.SessionEnded(session.accountId(), session.id(), reason.wireName()));
    }

    private Duration idle(Account account) {
        return account.administrator() ? properties.adminIdle() : properties.refreshLifetime();
    }
}
