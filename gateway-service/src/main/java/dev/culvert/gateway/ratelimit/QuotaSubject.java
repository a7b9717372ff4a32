package dev.culvert.gateway.ratelimit;

import java.util.UUID;

/** Whose month a call is counted in. Equal to itself alone, since it is asked for with every call. */
final class QuotaSubject {
    private final UUID tenantId;
    private final Type type;
    private final UUID id;
    private final Window window;

    /** A user or an API key. */
    enum Type {
        USER,
        API_KEY
    }

    QuotaSubject(UUID tenantId, Type type, UUID id, Window window) {
        this.tenantId = tenantId;
        this.type = type;
        this.id = id;
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

    Window window() {
        return window;
    }
}
