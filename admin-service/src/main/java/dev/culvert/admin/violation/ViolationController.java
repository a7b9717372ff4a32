package dev.culvert.admin.violation;

import dev.culvert.contracts.identity.Permission;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.data.tenant.TenantScope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.problem.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/violations")
@Tag(name = "Rate limits", description = "Who runs into limits, and what is exempt")
class ViolationController {
    private static final String LISTED = "100";
    private static final int MOST_LISTED = 1_000;
    private static final String TOP = "10";
    private static final int MOST_TOP = 100;
    private static final Duration LATELY = Duration.ofDays(1);

    private final Violations violations;

    ViolationController(Violations violations) {
        this.violations = violations;
    }

    record ViolationList(List<ViolationResponse> items) {}

    record OffenderList(List<Offender> items) {}

    @GetMapping("/user/{userId}")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "Refused calls of a user, newest first")
    ViolationList violationsOfUser(@PathVariable UUID userId, @RequestParam(defaultValue = LISTED) int limit) {
        return list(Violations.By.USER, userId, limit);
    }

    @GetMapping("/ip/{address}")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "Refused calls from a client address, newest first")
    ViolationList violationsOfAddress(@PathVariable String address, @RequestParam(defaultValue = LISTED) int limit) {
        return list(Violations.By.ADDRESS, address, limit);
    }

    @GetMapping("/endpoint/{*path}")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(
            summary = "Refused calls at an endpoint, newest first",
            description = "The endpoint as violations name it, e.g. /api/v1/violations/endpoint/api/v1/tunnels/**")
    ViolationList violationsAtEndpoint(@PathVariable String path, @RequestParam(defaultValue = LISTED) int limit) {
        return list(Violations.By.ENDPOINT, path, limit);
    }

    @GetMapping("/stats/user/{userId}")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "How often a user was refused")
    ViolationStatistics statisticsOfUser(@PathVariable UUID userId) {
        return read(() -> violations.statistics(Violations.By.USER, userId));
    }

    @GetMapping("/stats/ip/{address}")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "How often a client address was refused")
    ViolationStatistics statisticsOfAddress(@PathVariable String address) {
        return read(() -> violations.statistics(Violations.By.ADDRESS, address));
    }

    @GetMapping("/top-violators")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "Users with the most refused calls of the last day")
    OffenderList topViolators(@RequestParam(defaultValue = TOP) int limit) {
        return top(Violations.By.USER, limit);
    }

    @GetMapping("/top-ips")
    @Access(permission = Permission.VIEW_SYSTEM_METRICS)
    @Operation(summary = "Client addresses with the most refused calls of the last day")
    OffenderList topAddresses(@RequestParam(defaultValue = TOP) int limit) {
        return top(Violations.By.ADDRESS, limit);
    }

    private ViolationList list(Violations.By by, Object value, int limit) {
        requireUpTo(limit, MOST_LISTED);
        return new ViolationList(read(() -> violations.of(by, value, limit)));
    }

    private OffenderList top(Violations.By by, int limit) {
        requireUpTo(limit, MOST_TOP);
        return new OffenderList(read(() -> violations.top(by, LATELY, limit)));
    }

    private static <T> T read(Supplier<T> query) {
        return TenantScope.callAsSystem("an administrator reads violations of limits", query::get);
    }

    private static void requireUpTo(int limit, int most) {
        if (limit < 1 || limit > most) {
            throw new ProblemException(ProblemCode.VALIDATION_ERROR, "limit must be between 1 and " + most + ".")
                    .withViolations(List.of(new Violation("limit", "must be between 1 and " + most)));
        }
    }
}
