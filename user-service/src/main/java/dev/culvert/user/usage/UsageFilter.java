package dev.culvert.user.usage;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which calls are meant; an empty member does not narrow.
 *
 * @param userId whose calls; empty for all of the tenant
 * @param from when they began at the earliest
 * @param to before when they began
 */
record UsageFilter(
        UUID tenantId,
        Optional<UUID> userId,
        Optional<UUID> keyId,
        Optional<String> endpoint,
        Optional<Integer> status,
        Instant from,
        Instant to) {}
