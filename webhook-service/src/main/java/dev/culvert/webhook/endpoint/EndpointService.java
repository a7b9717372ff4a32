package dev.culvert.webhook.endpoint;

import dev.culvert.contracts.event.WebhookEvent.WebhookCreated;
import dev.culvert.contracts.event.WebhookEvent.WebhookDeleted;
import dev.culvert.contracts.event.WebhookEvent.WebhookUpdated;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.webhook.signature.SigningSecret;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Registers, changes and removes the webhooks of a tenant (requirements R10.1, R10.3). */
@Service
public class EndpointService {
    /** An endpoint with the secret that is shown this once. */
    record WithSecret(Endpoint endpoint, SigningSecret secret) {}

    private final EndpointRepository endpoints;
    private final EndpointSecrets secrets;
    private final EndpointProperties properties;
    private final Outbox outbox;
    private final ApplicationEventPublisher application;
    private final Clock clock;

    EndpointService(
            EndpointRepository endpoints,
            EndpointSecrets secrets,
            EndpointProperties properties,
            Outbox outbox,
            ApplicationEventPublisher application,
            Clock clock) {
        this.endpoints = endpoints;
        this.secrets = secrets;
        this.properties = properties;
        this.outbox = outbox;
        this.application = application;
        this.clock = clock;
    }

    /** Registers a webhook; {@code request.url()} has been checked with {@link ReceiverUrls}. */
    @Transactional
    WithSecret create(Caller caller, CreateWebhookRequest request) {
        List<String> events = knownEvents(request.events());
        requireRoomFor(caller);
        UUID id = UUID.randomUUID();
        SigningSecret secret = secrets.generate();
        Endpoint endpoint = endpoints.save(new Endpoint(
                id,
                caller.tenantId(),
                caller.userId(),
                request.url(),
                events,
                request.description() == null ? "" : request.description(),
                request.retryPolicy() == null ? RetryPolicy.STANDARD : request.retryPolicy(),
                secrets.seal(id, secret),
                now()));
        outbox.append(new WebhookCreated(id, caller.userId(), endpoint.url(), Set.copyOf(events)));
        return new WithSecret(endpoint, secret);
    }

    @Transactional(readOnly = true)
    Page<WebhookResponse> list(PageRequest page) {
        List<WebhookResponse> items = endpoints.newestFirst(page.limit(), page.offset()).stream()
                .map(WebhookResponse::of)
                .toList();
        return Page.of(items, endpoints.count(), page);
    }

    @Transactional(readOnly = true)
    Endpoint get(UUID id) {
        return find(id);
    }

    /** Changes what the request names; {@code request.url()} has been checked with {@link ReceiverUrls}. */
    @Transactional
    Endpoint update(Caller caller, UUID id, UpdateWebhookRequest request) {
        Endpoint endpoint = find(id);
        Set<String> changed = apply(request, endpoint);
        if (!changed.isEmpty()) {
            outbox.append(new WebhookUpdated(id, caller.userId(), changed));
        }
        return endpoint;
    }

    @Transactional
    void delete(Caller caller, UUID id) {
        Endpoint endpoint = find(id);
        endpoints.delete(endpoint);
        outbox.append(new WebhookDeleted(id, caller.userId(), endpoint.url()));
    }

    /** Gives the endpoint a new secret; the old one signs beside it until the overlap ends. */
    @Transactional
    WithSecret rotateSecret(Caller caller, UUID id) {
        Endpoint endpoint = find(id);
        SigningSecret secret = secrets.generate();
        Instant now = now();
        endpoint.rotateSecret(secrets.seal(id, secret), now.plus(properties.secretOverlap()), now);
        outbox.append(new WebhookUpdated(id, caller.userId(), Set.of("secret")));
        return new WithSecret(endpoint, secret);
    }

    /**
     * Refuses with {@code WEBHOOK_001} when the transaction's tenant has no such endpoint.
     *
     * @throws ProblemException when there is none
     */
    @Transactional(readOnly = true)
    public void requireExists(UUID id) {
        find(id);
    }

    /** Switches an endpoint off because its receiver says that it is gone. */
    @Transactional
    public void disable(UUID id) {
        endpoints
                .findById(id)
                .filter(endpoint -> endpoint.status() == EndpointStatus.ACTIVE)
                .ifPresent(endpoint -> {
                    endpoint.changeStatus(EndpointStatus.DISABLED, now());
                    outbox.append(endpoint.tenantId(), new WebhookUpdated(id, endpoint.userId(), Set.of("status")));
                });
    }

    private Endpoint find(UUID id) {
        return endpoints
                .findById(id)
                .orElseThrow(() -> new ProblemException(
                                ProblemCode.WEBHOOK_001, "There is no webhook " + id + " in your tenant.")
                        .withAlias("WEBHOOK_NOT_FOUND"));
    }

    private void requireRoomFor(Caller caller) {
        properties.maxFor(caller.tier()).ifPresent(max -> {
            endpoints.lockRegistrationsOf(caller.tenantId().toString());
            if (endpoints.count() >= max) {
                throw new ProblemException(
                        ProblemCode.QUOTA_EXCEEDED,
                        "Your plan has room for " + max + " webhooks. Delete one or choose a larger plan.");
            }
        });
    }

    private Set<String> apply(UpdateWebhookRequest request, Endpoint endpoint) {
        Instant now = now();
        Set<String> changed = new LinkedHashSet<>();
        if (request.url() != null && !request.url().equals(endpoint.url())) {
            endpoint.sendTo(request.url(), now);
            changed.add("url");
        }
        if (request.events() != null && !request.events().equals(endpoint.events())) {
            endpoint.subscribeTo(knownEvents(request.events()), now);
            changed.add("events");
        }
        if (request.description() != null && !request.description().equals(endpoint.description())) {
            endpoint.describe(request.description(), now);
            changed.add("description");
        }
        if (request.retryPolicy() != null && request.retryPolicy() != endpoint.retryPolicy()) {
            endpoint.retryBy(request.retryPolicy(), now);
            changed.add("retryPolicy");
        }
        if (request.status() != null && request.status() != endpoint.status()) {
            changeStatus(endpoint, request.status(), now);
            changed.add("status");
        }
        return changed;
    }

    private void changeStatus(Endpoint endpoint, EndpointStatus status, Instant now) {
        if (status == EndpointStatus.DISABLED) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "A webhook can be made active or paused.")
                    .withViolations(List.of(new Violation("status", "must be active or paused")));
        }
        endpoint.changeStatus(status, now);
        if (status == EndpointStatus.ACTIVE) {
            application.publishEvent(new EndpointActivated(endpoint.id()));
        }
    }

    /** As exact as the database keeps it, so that every answer shows the same. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static List<String> knownEvents(List<String> events) {
        List<Violation> violations = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            if (!EventPattern.isKnown(events.get(i))) {
                violations.add(new Violation("events[" + i + "]", "must be one of " + EventPattern.known()));
            }
        }
        if (!violations.isEmpty()) {
            throw new ProblemException(
                            ProblemCode.VALIDATION_ERROR, "Name events as the documentation lists them, e.g. tunnel.*")
                    .withViolations(violations);
        }
        return events.stream().distinct().toList();
    }
}
