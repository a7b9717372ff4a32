package dev.culvert.auth.application;

import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** What owners do with their applications. Somebody else's application does not exist for them. */
@Service
@Transactional
class ApplicationService {
    private static final String REASON = "an application's grants belong to the tenants of those who gave them";

    private final Applications applications;
    private final ApplicationSecrets secrets;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;
    private final ApplicationProperties properties;
    private final Clock clock;

    ApplicationService(
            Applications applications,
            ApplicationSecrets secrets,
            ApplicationEventPublisher events,
            TransactionOperations transactions,
            ApplicationProperties properties,
            Clock clock) {
        this.applications = applications;
        this.secrets = secrets;
        this.events = events;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    /** Registers an application; the answer is the only place its secret is ever shown. */
    ApplicationResponse create(Caller caller, CreateApplicationRequest request) {
        ApplicationSettings settings = request.settings();
        requireAllowed(caller, settings, false);
        settings.requireUse(request.isConfidential());
        if (applications.count(caller.userId()) >= properties.maxPerUser()) {
            throw new ProblemException(
                    ProblemCode.QUOTA_EXCEEDED,
                    "There are %d applications already; delete one first.".formatted(properties.maxPerUser()));
        }
        Optional<String> secret = request.isConfidential() ? Optional.of(secrets.random()) : Optional.empty();
        Instant now = now();
        Application application = new Application(
                UUID.randomUUID(),
                caller.tenantId(),
                caller.userId(),
                settings.name(),
                settings.redirectUris(),
                settings.postLogoutRedirectUris(),
                settings.scopes(),
                settings.trusted(),
                settings.deviceFlow(),
                secret.map(secrets::digest),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                now);
        applications.insert(application);
        return response(application, secret);
    }

    @Transactional(readOnly = true)
    Page<ApplicationResponse> list(Caller caller, PageRequest page) {
        return Page.of(
                applications.list(caller.userId(), page.limit(), page.offset()).stream()
                        .map(application -> response(application, Optional.empty()))
                        .toList(),
                applications.count(caller.userId()),
                page);
    }

    @Transactional(readOnly = true)
    ApplicationResponse get(Caller caller, UUID id) {
        return response(own(caller, id), Optional.empty());
    }

    ApplicationResponse update(Caller caller, UUID id, UpdateApplicationRequest request) {
        Application before = own(caller, id);
        ApplicationSettings settings = request.settings();
        requireAllowed(caller, settings, before.trusted());
        settings.requireUse(before.confidential());
        Application after = new Application(
                id,
                before.tenantId(),
                before.accountId(),
                settings.name(),
                settings.redirectUris(),
                settings.postLogoutRedirectUris(),
                settings.scopes(),
                settings.trusted(),
                settings.deviceFlow(),
                before.secretDigest(),
                before.previousSecret(),
                before.jwks(),
                before.serviceSessionId(),
                before.createdAt(),
                now());
        applications.update(after);
        return response(after, Optional.empty());
    }

    /** Makes a new secret; the one before stops working at once, or after the overlap that was asked for. */
    ApplicationResponse rotateSecret(Caller caller, UUID id, RotateSecretRequest request) {
        Application application = own(caller, id);
        if (!application.confidential()) {
            throw new ProblemException(ProblemCode.CONFLICT_STATE, "A public application has no secret to replace.");
        }
        String secret = secrets.random();
        Instant now = now();
        applications.replaceSecret(id, secrets.digest(secret), request.overlap().map(now::plus), now);
        return response(own(caller, id), Optional.of(secret));
    }

    /** From now on the application proves itself with one of these keys, and no longer with its secret. */
    ApplicationResponse setKeys(Caller caller, UUID id, ApplicationKeys keys) {
        if (!own(caller, id).confidential()) {
            throw new ProblemException(ProblemCode.CONFLICT_STATE, "A public application proves nothing with keys.");
        }
        applications.setKeys(id, Optional.of(keys.json()), now());
        return response(own(caller, id), Optional.empty());
    }

    /** The secret counts again; nothing changes when there are no keys. */
    void removeKeys(Caller caller, UUID id) {
        own(caller, id);
        applications.setKeys(id, Optional.empty(), now());
    }

    /** Ends the overlap of a rotation before its time; a second time changes nothing. */
    void endPreviousSecret(Caller caller, UUID id) {
        own(caller, id);
        applications.endPreviousSecret(id);
    }

    /** Deletes an application; its tokens stop working. */
    @Transactional(propagation = Propagation.NOT_SUPPORTED)
    void delete(Caller caller, UUID id) {
        transactions.execute(_ -> own(caller, id));
        TenantScope.runAsSystem(
                REASON,
                () -> transactions.executeWithoutResult(_ -> {
                    events.publishEvent(new ApplicationRemoved(id));
                    applications.delete(id);
                }));
    }

    private Application own(Caller caller, UUID id) {
        return applications
                .findOwn(caller.userId(), id)
                .orElseThrow(() -> new ProblemException(ProblemCode.NOT_FOUND, "You have no application with this id.")
                        .withAlias("APPLICATION_NOT_FOUND"));
    }

    /** Whoever can change a trusted application can act for every user without asking: a matter for administrators. */
    private static void requireAllowed(Caller caller, ApplicationSettings settings, boolean trustedBefore) {
        settings.requireValid();
        boolean administrator = caller.hasScope(Scope.ADMIN) && caller.roles().contains(Role.SUPER_ADMIN);
        if ((settings.trusted() || trustedBefore) && !administrator) {
            throw new ProblemException(
                    ProblemCode.FORBIDDEN, "Only an administrator can make or change a trusted application.");
        }
    }

    private ApplicationResponse response(Application application, Optional<String> secret) {
        return ApplicationResponse.of(application, secret, clock.instant());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
