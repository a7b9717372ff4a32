package dev.culvert.admin.security;

import dev.culvert.admin.security.SecurityEvents.Count;
import dev.culvert.admin.security.SecurityEvents.Filter;
import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/admin/security-events")
@Tag(name = "Audit", description = "Who did what, in all tenants")
class SecurityEventController {
    private static final String REASON = "an administrator looks for attacks";
    private static final Duration LATELY = Duration.ofDays(1);
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private final SecurityEvents events;
    private final Clock clock;

    SecurityEventController(SecurityEvents events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    record SecurityEventCounts(List<Count> items) {}

    @GetMapping
    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @Operation(
            summary = "Failed sign-ins and suspicious requests, newest first",
            description = "Of the last day unless said otherwise.")
    Page<SecurityEventResponse> findSecurityEvents(
            @Parameter(example = "sql_injection") @RequestParam Optional<String> type,
            @RequestParam Optional<UUID> userId,
            @Parameter(description = "Client address", example = "203.0.113.7") @RequestParam Optional<String> address,
            @Parameter(description = "Earliest time, inclusive", example = "2026-11-22T00:00:00Z") @RequestParam
                    Optional<Instant> from,
            @Parameter(description = "Latest time, exclusive", example = "2026-11-23T00:00:00Z") @RequestParam
                    Optional<Instant> to,
            PageRequest page) {
        Filter filter = filter(type, userId, address, from, to);
        return TenantScope.callAsSystem(REASON, () -> events.find(filter, page));
    }

    @GetMapping("/counts")
    @Access(permission = Permission.VIEW_AUDIT_LOGS)
    @Operation(
            summary = "How often each kind was seen, by hour or day",
            description =
                    "Of the last day unless said otherwise. Hours and days are those of UTC; those without any are left"
                            + " out.")
    SecurityEventCounts countSecurityEvents(
            @Parameter(example = "sql_injection") @RequestParam Optional<String> type,
            @RequestParam Optional<UUID> userId,
            @Parameter(description = "Client address", example = "203.0.113.7") @RequestParam Optional<String> address,
            @Parameter(description = "Earliest time, inclusive", example = "2026-11-22T00:00:00Z") @RequestParam
                    Optional<Instant> from,
            @Parameter(description = "Latest time, exclusive", example = "2026-11-23T00:00:00Z") @RequestParam
                    Optional<Instant> to,
            @Parameter(description = "hour or day") @RequestParam(defaultValue = "hour") String by) {
        if (!by.equals("hour") && !by.equals("day")) {
            throw refused("by", "must be hour or day");
        }
        Filter filter = filter(type, userId, address, from, to);
        return new SecurityEventCounts(TenantScope.callAsSystem(REASON, () -> events.counts(filter, by)));
    }

    private Filter filter(
            Optional<String> type,
            Optional<UUID> userId,
            Optional<String> address,
            Optional<Instant> from,
            Optional<Instant> to) {
        from.ifPresent(time -> requireUsual("from", time));
        to.ifPresent(time -> requireUsual("to", time));
        Instant end = to.orElseGet(() -> clock.instant().plusSeconds(1));
        return new Filter(type, userId, address, from.orElse(end.minus(LATELY)), end);
    }

    /** What lies beyond can be said in ISO 8601, but not to the database. */
    private static void requireUsual(String field, Instant time) {
        if (time.isBefore(FIRST) || time.isAfter(LAST)) {
            throw refused(field, "must be in the years 1 to 9999");
        }
    }

    private static ProblemException refused(String field, String reason) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, field + " " + reason + ".")
                .withViolations(List.of(new Violation(field, reason)));
    }
}
