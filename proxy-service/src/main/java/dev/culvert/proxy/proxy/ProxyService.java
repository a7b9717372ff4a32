package dev.culvert.proxy.proxy;

import dev.culvert.contracts.event.ProxyEvent.ProxyCreated;
import dev.culvert.contracts.event.ProxyEvent.ProxyDeleted;
import dev.culvert.contracts.event.ProxyEvent.ProxyStatusChanged;
import dev.culvert.contracts.event.ProxyEvent.ProxyUpdated;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The commands a proxy's owner gives. Each is one transaction: the change and its event. */
@Service
class ProxyService {
    private final ProxyRepository proxies;
    private final TargetRules rules;
    private final Reachability reachability;
    private final Outbox outbox;
    private final ApplicationEventPublisher changes;
    private final Clock clock;

    ProxyService(
            ProxyRepository proxies,
            TargetRules rules,
            Reachability reachability,
            Outbox outbox,
            ApplicationEventPublisher changes,
            Clock clock) {
        this.proxies = proxies;
        this.rules = rules;
        this.reachability = reachability;
        this.outbox = outbox;
        this.changes = changes;
        this.clock = clock;
    }

    @Transactional
    Proxy create(CreateProxyRequest request, Caller caller) {
        rules.check(request.targets());
        refuseTakenName(request.name(), caller);
        reachability.hold(caller.tenantId());
        Proxy proxy = new Proxy(
                UUID.randomUUID(), caller.tenantId(), caller.userId(), request.name(), request.targets(), now());
        store(proxy);
        outbox.append(new ProxyCreated(proxy.getId(), proxy.userId(), proxy.name()));
        reachability.settle(proxy, "created");
        changes.publishEvent(new ProxyChanged(proxy.getId()));
        return proxy;
    }

    /** PUT: the proxy becomes what the request says. */
    @Transactional
    Proxy replace(UUID id, UpdateProxyRequest request, OptionalInt ifRevision, Caller caller) {
        rules.check(request.targets());
        reachability.hold(caller.tenantId());
        return edit(lockOwned(id, caller), ifRevision, request.name(), request.targets(), caller);
    }

    /** PATCH: the proxy takes the fields the request has. */
    @Transactional
    Proxy patch(UUID id, PatchProxyRequest request, OptionalInt ifRevision, Caller caller) {
        if (request.targets() != null) {
            rules.check(request.targets());
        }
        reachability.hold(caller.tenantId());
        Proxy proxy = lockOwned(id, caller);
        return edit(
                proxy,
                ifRevision,
                request.name() == null ? proxy.name() : request.name(),
                request.targets() == null ? proxy.targets() : request.targets(),
                caller);
    }

    private Proxy edit(Proxy proxy, OptionalInt ifRevision, String name, List<Target> targets, Caller caller) {
        if (ifRevision.isPresent() && ifRevision.getAsInt() != proxy.revision()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE,
                    "The proxy was changed since you read it. Read it again, then repeat the change with its new ETag.");
        }
        if (!name.equals(proxy.name())) {
            refuseTakenName(name, caller);
        }
        Set<String> changed = proxy.edit(name, targets, now());
        if (!changed.isEmpty()) {
            store(proxy);
            outbox.append(new ProxyUpdated(proxy.getId(), proxy.userId(), proxy.name(), changed));
            reachability.settle(proxy, "updated");
            changes.publishEvent(new ProxyChanged(proxy.getId()));
        }
        return proxy;
    }

    @Transactional
    void delete(UUID id, Caller caller) {
        Proxy proxy = lockOwned(id, caller);
        proxies.delete(proxy);
        outbox.append(new ProxyDeleted(id, proxy.userId(), proxy.name()));
        changes.publishEvent(new ProxyChanged(id));
    }

    /** Lets the proxy take requests; one that does so already stays as it is. */
    @Transactional
    Proxy start(UUID id, Caller caller) {
        return become(id, ProxyState.RUNNING, "started", caller);
    }

    /** Ends that; requests that run already go on to their end. */
    @Transactional
    Proxy stop(UUID id, Caller caller) {
        return become(id, ProxyState.STOPPED, "stopped", caller);
    }

    private Proxy become(UUID id, ProxyState next, String reason, Caller caller) {
        Proxy proxy = lockOwned(id, caller);
        String before = proxy.shownStatus();
        if (proxy.become(next, now())) {
            outbox.append(
                    new ProxyStatusChanged(id, proxy.userId(), proxy.name(), before, proxy.shownStatus(), reason));
            changes.publishEvent(new ProxyChanged(id));
        }
        return proxy;
    }

    private Proxy lockOwned(UUID id, Caller caller) {
        return proxies.lock(id)
                .filter(proxy -> proxy.userId().equals(caller.userId()))
                .orElseThrow(ProxyService::notFound);
    }

    /** The same answer for a proxy that does not exist and for a stranger's. */
    static ProblemException notFound() {
        return new ProblemException(
                        ProblemCode.PROXY_001, "You have no proxy of this id. GET /api/v1/proxies lists yours.")
                .withAlias("PROXY_NOT_FOUND");
    }

    private void refuseTakenName(String name, Caller caller) {
        if (proxies.existsByUserIdAndName(caller.userId(), name)) {
            throw nameTaken();
        }
    }

    private static ProblemException nameTaken() {
        return new ProblemException(
                        ProblemCode.ALREADY_EXISTS,
                        "You have a proxy of this name already. Choose another name or use that proxy.")
                .withAlias("PROXY_EXISTS");
    }

    /** Writes at once, so that the name's uniqueness is decided here even when two requests race. */
    private void store(Proxy proxy) {
        try {
            proxies.saveAndFlush(proxy);
        } catch (DataIntegrityViolationException e) {
            if (String.valueOf(e.getMessage()).contains("proxies_name_of_user")) {
                throw nameTaken();
            }
            throw e;
        }
    }

    /** To the microsecond, as PostgreSQL keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
