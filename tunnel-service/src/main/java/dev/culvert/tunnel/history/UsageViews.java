package dev.culvert.tunnel.history;

import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.history.UserReportResponse.Group;
import dev.culvert.tunnel.tunnel.OwnedTunnels;
import dev.culvert.tunnel.usage.Granularity;
import dev.culvert.tunnel.usage.ReportedUsage;
import dev.culvert.tunnel.usage.UsageDay;
import dev.culvert.tunnel.usage.UsageDays;
import dev.culvert.tunnel.usage.UsageFigures;
import dev.culvert.tunnel.usage.UsageHistory;
import dev.culvert.tunnel.usage.UsageTotals;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What owners read about the use of their tunnels, and users about their own. */
@Service
@Transactional(readOnly = true)
class UsageViews {
    private static final int BUSIEST = 10;

    private final OwnedTunnels tunnels;
    private final UsageDays days;
    private final UsageHistory history;
    private final ReportedUsage reported;
    private final Clock clock;

    UsageViews(OwnedTunnels tunnels, UsageDays days, UsageHistory history, ReportedUsage reported, Clock clock) {
        this.tunnels = tunnels;
        this.days = days;
        this.history = history;
        this.reported = reported;
        this.clock = clock;
    }

    TunnelUsageResponse usage(
            UUID tunnelId, Optional<LocalDate> from, Optional<LocalDate> to, Granularity granularity) {
        DateRange range = DateRange.of(from, to, granularity.maxDays(), clock);
        List<UsageDay> byDay =
                granularity == Granularity.DAY ? days.days(tunnelId, range.from(), range.to()) : List.of();
        return new TunnelUsageResponse(
                tunnelId,
                range.from(),
                range.to(),
                Words.wireName(granularity),
                byDay,
                periods(granularity, history.ofTunnel(tunnelId, granularity, range.from(), range.to())),
                reported.of(tunnelId, range.from(), range.to()));
    }

    private static List<UsagePeriod> periods(Granularity granularity, List<UsageHistory.Period> found) {
        return found.stream()
                .map(period ->
                        new UsagePeriod(period.beginning(), granularity.end(period.beginning()), period.figures()))
                .toList();
    }

    UsageDay day(UUID tunnelId, LocalDate date) {
        return days.days(tunnelId, date, date).stream()
                .findFirst()
                .orElseGet(() -> new UsageDay(date, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    UsersUsageResponse users(UUID tunnelId, Optional<LocalDate> from, Optional<LocalDate> to, Caller caller) {
        tunnels.require(tunnelId, caller);
        DateRange range = DateRange.of(from, to, Granularity.DAY.maxDays(), clock);
        return new UsersUsageResponse(
                tunnelId, range.from(), range.to(), history.usersOf(tunnelId, range.from(), range.to()));
    }

    UsagePeaksResponse peaks(UUID tunnelId, Optional<LocalDate> from, Optional<LocalDate> to) {
        DateRange range = DateRange.of(from, to, Granularity.HOUR.maxDays(), clock);
        return new UsagePeaksResponse(
                tunnelId,
                range.from(),
                range.to(),
                periods(Granularity.HOUR, history.busiestHours(tunnelId, range.from(), range.to(), BUSIEST)),
                history.hoursOfDay(tunnelId, range.from(), range.to()));
    }

    TunnelMetricsResponse metrics(UUID tunnelId) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return new TunnelMetricsResponse(
                tunnelId,
                days.totals(List.of(tunnelId)).getOrDefault(tunnelId, UsageTotals.NONE),
                reported.of(tunnelId, LocalDate.EPOCH, today.plusDays(1)));
    }

    UserReportResponse report(
            Optional<LocalDate> from, Optional<LocalDate> to, UserReportResponse.By by, Caller caller) {
        DateRange range = DateRange.of(from, to, Granularity.DAY.maxDays(), clock);
        UUID user = caller.userId();
        List<Group> groups = switch (by) {
            case DAY ->
                history.ofUser(user, Granularity.DAY, range.from(), range.to()).stream()
                        .map(day -> new Group(
                                LocalDate.ofInstant(day.beginning(), ZoneOffset.UTC)
                                        .toString(),
                                day.figures()))
                        .toList();
            case TUNNEL ->
                history.tunnelsOf(user, range.from(), range.to()).stream()
                        .map(tunnel -> new Group(tunnel.tunnelId().toString(), tunnel.figures()))
                        .toList();
        };
        UsageFigures total = history.totalOf(user, range.from(), range.to());
        DateRange before = range.before();
        UsageFigures then = history.totalOf(user, before.from(), before.to());
        return new UserReportResponse(range.from(), range.to(), total, then, Trend.between(then, total), groups);
    }
}
