package dev.culvert.tunnel.endpoint;

import java.util.Optional;
import java.util.UUID;

/**
 * An endpoint as the data plane knows it.
 *
 * @param name that its agents state
 * @param url of the local service, for people to read
 * @param priority higher ones go first
 * @param weight share of the requests among those of the same priority
 * @param healthCheckPath asked by health checks, which then want a 2xx or 3xx; without one any answer of a server that works
 *     will do
 * @param maxRetries how often a request that lost its connection is tried here again before another endpoint gets it
 */
record Endpoint(
        UUID id,
        String name,
        String url,
        int priority,
        int weight,
        Optional<String> healthCheckPath,
        int maxRetries,
        Health health) {
    static final int DEFAULT_PRIORITY = 100;
    static final int DEFAULT_WEIGHT = 1;
    static final int DEFAULT_MAX_RETRIES = 1;

    /** Most endpoints a tunnel may have. */
    static final int MOST = 32;

    Endpoint with(Health other) {
        return new Endpoint(id, name, url, priority, weight, healthCheckPath, maxRetries, other);
    }
}
