package dev.culvert.user.tenant;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;

/** Who owns what: every resource of the suite belongs to one tenant. */
@Entity
class Tenant {
    @Id
    private UUID id;

    private String name;
    private boolean personal;
    private UUID ownerId;
    private Instant createdAt;

    @NullUnmarked // for JPA alone
    protected Tenant() {}

    private Tenant(UUID id, String name, boolean personal, UUID ownerId, Instant createdAt) {
        this.id = id;
        this.name = name;
        this.personal = personal;
        this.ownerId = ownerId;
        this.createdAt = createdAt;
    }

    /** The tenant somebody has for themselves. */
    static Tenant personal(UUID id, String name, UUID ownerId, Instant now) {
        return new Tenant(id, name, true, ownerId, now);
    }

    UUID id() {
        return id;
    }

    String name() {
        return name;
    }

    boolean personal() {
        return personal;
    }

    UUID ownerId() {
        return ownerId;
    }

    Instant createdAt() {
        return createdAt;
    }
}
