package dev.culvert.gateway.ratelimit;

import dev.culvert.contracts.identity.Tier;
import java.util.UUID;

/** Whose month a call is counted in. Equal to itself alone, since it is asked for with every call. */
final class QuotaSubject {
    private final UUID tenantId;
    private final Type type;
    private final UUID id;
    private final Tier tier;
    private final Window window;

    /** A user or an API key. */
    enum Type {
        USER,
        API_KEY
    }

    /**
     * @param tier the plan by which calls are counted
     */
    QuotaSubject(UUID tenantId, Type type, UUID id, Tier tier, Window window) {
        this.tenantId = tenantId;
        this.type = type;
        this.id = id;
        this.tier = tier;
        this.window = window;
    }

    UUID tenantId() {
        return tenantId;
    }

    Type type() {
        return type;
    }

    UUID id() {
        return id;
    }

    Tier tier() {
        return tier;
    }

    Window window() {
        return window;
    }
}
