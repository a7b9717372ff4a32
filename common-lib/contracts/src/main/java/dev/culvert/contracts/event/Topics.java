package dev.culvert.contracts.event;

import java.util.List;

/** Kafka topics of domain events; a breaking change of a topic's events would make a new version of the topic. */
public final class Topics {
    public static final String AUTH = "culvert.auth.v1";
    public static final String USERS = "culvert.users.v1";
    public static final String TUNNELS = "culvert.tunnels.v1";
    public static final String PROXIES = "culvert.proxies.v1";
    public static final String WEBHOOKS = "culvert.webhooks.v1";
    public static final String USAGE = "culvert.usage.v1";
    public static final String SECURITY = "culvert.security.v1";

    /** Every topic of domain events. */
    public static final List<String> ALL = List.of(AUTH, USERS, TUNNELS, PROXIES, WEBHOOKS, USAGE, SECURITY);

    private Topics() {}
}
