package dev.culvert.admin.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which audit rows to find; an empty member does not narrow.
 *
 * @param type name of an event, or a family such as {@code tunnel.*}
 * @param userId who acted or was acted upon
 * @param from earliest time, inclusive
 * @param to latest time, exclusive
 */
record AuditFilter(
        Optional<String> type,
        Optional<UUID> userId,
        Optional<UUID> tenantId,
        Optional<String> correlationId,
        Optional<Instant> from,
        Optional<Instant> to) {}
