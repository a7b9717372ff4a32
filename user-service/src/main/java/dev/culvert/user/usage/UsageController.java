package dev.culvert.user.usage;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.contracts.problem.Violation;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.paging.Page;
import dev.culvert.platform.paging.PageRequest;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.user.tenant.Tenants;
import dev.culvert.user.usage.UsageResponse.DayFigures;
import dev.culvert.user.usage.UsageResponse.Figures;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/usage")
@Tag(name = "usage", description = "Calls made through the gateway")
class UsageController {
    private static final int DAYS = 30;
    private static final int MOST_DAYS = 731;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private final ApiUsage usage;
    private final Tenants tenants;
    private final Clock clock;

    UsageController(ApiUsage usage, Tenants tenants, Clock clock) {
        this.usage = usage;
        this.tenants = tenants;
        this.clock = clock;
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping
    @Operation(
            summary = "Calls by day and endpoint",
            description =
                    "Of the caller; with of=tenant of everybody in the tenant, for its owner. The last 30 days unless"
                            + " said otherwise. A call appears about two seconds after it ended, and stays for two years.")
    UsageResponse figures(
            Caller caller,
            @Parameter(description = "me or tenant") @RequestParam(defaultValue = "me") String of,
            @Parameter(description = "First UTC day", example = "2026-11-01") @RequestParam Optional<LocalDate> from,
            @Parameter(description = "Last UTC day", example = "2026-11-22") @RequestParam Optional<LocalDate> to,
            @Parameter(description = "As the answer names it", example = "/api/v1/tunnels/{id}") @RequestParam
                    Optional<String> endpoint,
            @RequestParam Optional<UUID> keyId,
            @Parameter(example = "200") @RequestParam Optional<Integer> status) {
        from.ifPresent(day -> requireUsual("from", day.getYear() >= 1 && day.getYear() <= 9999));
        to.ifPresent(day -> requireUsual("to", day.getYear() >= 1 && day.getYear() <= 9999));
        LocalDate last = to.orElse(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        LocalDate first = from.orElse(last.minusDays(DAYS - 1L));
        if (first.isAfter(last) || ChronoUnit.DAYS.between(first, last) > MOST_DAYS) {
            throw refused("from", "must be no later than 'to' and no more than " + MOST_DAYS + " days before it");
        }
        UsageFilter filter = filter(caller, of, keyId, endpoint, status, Instant.EPOCH, Instant.EPOCH);
        List<DayFigures> days = usage.days(filter, first, last);
        return new UsageResponse(first, last, total(days), days);
    }

    @Access(scope = Scope.PROFILE_READ)
    @GetMapping("/calls")
    @Operation(
            summary = "Single calls, newest first",
            description =
                    "Of the caller; with of=tenant of everybody in the tenant, for its owner. Calls are kept 90 days.")
    Page<CallResponse> calls(
            Caller caller,
            @Parameter(description = "me or tenant") @RequestParam(defaultValue = "me") String of,
            @Parameter(description = "Earliest time, inclusive", example = "2026-11-22T00:00:00Z") @RequestParam
                    Optional<Instant> from,
            @Parameter(description = "Latest time, exclusive", example = "2026-11-23T00:00:00Z") @RequestParam
                    Optional<Instant> to,
            @Parameter(example = "/api/v1/tunnels/{id}") @RequestParam Optional<String> endpoint,
            @RequestParam Optional<UUID> keyId,
            @Parameter(example = "200") @RequestParam Optional<Integer> status,
            PageRequest page) {
        from.ifPresent(time -> requireUsual("from", !time.isBefore(FIRST) && !time.isAfter(LAST)));
        to.ifPresent(time -> requireUsual("to", !time.isBefore(FIRST) && !time.isAfter(LAST)));
        Instant end = to.orElseGet(clock::instant);
        Instant start = from.orElse(Instant.EPOCH);
        return usage.calls(filter(caller, of, keyId, endpoint, status, start, end), page);
    }

    /** What lies beyond can be said in ISO 8601, but not to the database. */
    private static void requireUsual(String field, boolean usual) {
        if (!usual) {
            throw refused(field, "must be in the years 1 to 9999");
        }
    }

    private UsageFilter filter(
            Caller caller,
            String of,
            Optional<UUID> keyId,
            Optional<String> endpoint,
            Optional<Integer> status,
            Instant from,
            Instant to) {
        return new UsageFilter(caller.tenantId(), whose(caller, of), keyId, endpoint, status, from, to);
    }

    private Optional<UUID> whose(Caller caller, String of) {
        return switch (of) {
            case "me" -> Optional.of(caller.userId());
            case "tenant" -> {
                if (!tenants.isOwner(caller.tenantId(), caller.userId())) {
                    throw new ProblemException(
                            ProblemCode.FORBIDDEN, "The calls of a whole tenant are shown to its owner.");
                }
                yield Optional.empty();
            }
            default -> throw refused("of", "must be me or tenant");
        };
    }

    private static Figures total(List<DayFigures> days) {
        long calls = 0;
        long errors = 0;
        long bytesIn = 0;
        long bytesOut = 0;
        double millis = 0;
        for (DayFigures day : days) {
            Figures one = day.figures();
            calls += one.calls();
            errors += one.errors();
            bytesIn += one.bytesIn();
            bytesOut += one.bytesOut();
            millis += one.averageDurationMillis() * one.calls();
        }
        return Figures.of(calls, errors, bytesIn, bytesOut, Math.round(millis * 1_000));
    }

    private static ProblemException refused(String field, String reason) {
        return new ProblemException(ProblemCode.VALIDATION_ERROR, field + " " + reason + ".")
                .withViolations(List.of(new Violation(field, reason)));
    }
}
