package dev.culvert.user.tenant;

import dev.culvert.contracts.event.UserEvent;
import dev.culvert.data.outbox.Outbox;
import java.time.Clock;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Makes tenants. */
@Service
public class Tenants {
    private final TenantRepository tenants;
    private final Outbox outbox;
    private final Clock clock;

    Tenants(TenantRepository tenants, Outbox outbox, Clock clock) {
        this.tenants = tenants;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Makes the personal tenant of a new user, as part of the caller's transaction. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void createPersonal(UUID id, String name, UUID ownerId) {
        tenants.save(Tenant.personal(id, name, ownerId, clock.instant()));
        outbox.append(id, new UserEvent.TenantCreated(id, name, true, ownerId));
    }

    /** Whether a user owns a tenant; seen from inside the tenant only. */
    @Transactional(readOnly = true)
    public boolean isOwner(UUID tenantId, UUID userId) {
        return tenants.findById(tenantId)
                .filter(tenant -> tenant.ownerId().equals(userId))
                .isPresent();
    }
}
