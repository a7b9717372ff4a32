package dev.culvert.gateway.live;

import java.util.UUID;

/**
 * One thing that happened to a tunnel or proxy.
 *
 * @param id the same at every instance: topic, partition and offset
 * @param type e.g. {@code tunnel.status_changed}
 * @param scope what a caller must be allowed to read
 * @param userId whose it is
 * @param data the event's data, JSON
 * @param heardMillis when this instance heard of it
 */
record News(String id, String type, String scope, UUID userId, String data, long heardMillis) {}
