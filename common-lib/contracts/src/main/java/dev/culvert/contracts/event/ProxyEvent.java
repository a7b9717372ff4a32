package dev.culvert.contracts.event;

import java.util.Set;
import java.util.UUID;

/** Events of managed proxies, on {@link Topics#PROXIES}. */
public sealed interface ProxyEvent extends DomainEvent {
    /** Key of all events of one proxy. */
    UUID proxyId();

    @Override
    default String subject() {
        return proxyId().toString();
    }

    /** A proxy was created. */
    record ProxyCreated(UUID proxyId, UUID userId, String name) implements ProxyEvent {}

    /** A proxy's name or targets changed. */
    record ProxyUpdated(UUID proxyId, UUID userId, String name, Set<String> changedFields) implements ProxyEvent {
        public ProxyUpdated {
            changedFields = Set.copyOf(changedFields);
        }
    }

    /** A proxy was deleted. */
    record ProxyDeleted(UUID proxyId, UUID userId, String name) implements ProxyEvent {}

    /**
     * A proxy went from one status to another (requirement R5.2).
     *
     * @param oldStatus one of running, stopped, error
     * @param newStatus likewise
     */
    record ProxyStatusChanged(UUID proxyId, UUID userId, String name, String oldStatus, String newStatus, String reason)
            implements ProxyEvent {}
}
