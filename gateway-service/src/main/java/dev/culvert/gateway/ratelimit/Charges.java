package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.contracts.identity.Role;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Client;
import dev.culvert.gateway.call.Identity;
import dev.culvert.gateway.call.KeyTerms;
import dev.culvert.gateway.call.Plane;
import dev.culvert.gateway.ratelimit.RateLimitProperties.AddressBudget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.Budget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.KeyBudget;
import dev.culvert.gateway.ratelimit.RateLimitProperties.PacingProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.Subject;
import dev.culvert.gateway.ratelimit.RateLimitProperties.TenantBudget;
import dev.culvert.platform.caller.Caller;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/** Says which windows a call is counted in: the layers of requirement X-3. */
@Component
final class Charges {
    private static final int MOST_KEPT = 50_000;
    private static final Duration KEPT = Duration.ofMinutes(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration QUARTER_HOUR = Duration.ofMinutes(15);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    /** Name of the window of a user's quota. */
    static final String USER_MONTH = "user-month";

    private static final String KEY_MONTH = "key-month";

    /** Name of the window of an exemption that is not without end. */
    static final String EXEMPTION = "exemption";

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final String KEY_ALIAS = "API_KEY_RATE_LIMIT_EXCEEDED";

    private final RateLimitProperties properties;
    private final Crawlers crawlers;
    private final LimitRules rules;
    private final AdaptiveLimits adaptive;
    private final TierChanges tiers;
    private final Enforcement enforcement;
    private final Clock clock;
    private final Cache<Object, Charge> known = Caffeine.newBuilder()
            .executor(Runnable::run) // see LocalWindows
            .maximumSize(MOST_KEPT)
            .expireAfterAccess(KEPT)
            .build();

    /** How long a call is likely to take, which decides what its being under way counts as. */
    private enum Lasting {
        SHORT,
        LONG,
        /** As long as somebody uses a tunnel; tunnel-service has the limits of that. */
        OF_A_TUNNEL
    }

    /** Calls that are counted in the same windows. */
    private record OfAnyone(String address) {}

    private record OfAddress(String address, boolean anonymous, List<Operation> operations) {}

    private record OfCaller(
            UUID tenant,
            UUID user,
            Tier tier,
            boolean administrator,
            Optional<UUID> key,
            Optional<KeyTerms.Limits> terms,
            Optional<Exemption> exempt,
            long exemptSince,
            Lasting lasting,
            String address,
            List<Operation> operations) {

        OfCaller withoutExemption() {
            return new OfCaller(
                    tenant, user, tier, administrator, key, terms, Optional.empty(), 0, lasting, address, operations);
        }
    }

    Charges(
            RateLimitProperties properties,
            Crawlers crawlers,
            LimitRules rules,
            AdaptiveLimits adaptive,
            TierChanges tiers,
            Enforcement enforcement,
            Clock clock) {
        this.properties = properties;
        this.crawlers = crawlers;
        this.rules = rules;
        this.adaptive = adaptive;
        this.tiers = tiers;
        this.enforcement = enforcement;
        this.clock = clock;
        rules.onChange(known::invalidateAll);
        adaptive.onChange(known::invalidateAll);
    }

    /** What every call of an address is counted in, by this instance alone. */
    Charge ceiling(Client client) {
        OfAnyone of = new OfAnyone(client.limitKey());
        return known.get(
                of,
                _ -> new Charge(
                        of.address,
                        List.of(new Window("ceiling", of.address, properties.ceiling(), Span.sliding(MINUTE)))));
    }

    /** What a call with a missing or refused credential is counted in. */
    Charge unproven(Client client) {
        OfAddress of = new OfAddress(client.limitKey(), false, List.of());
        return known.get(of, _ -> charge(of));
    }

    /** What a call is counted in once it is known who calls; nothing when the call is exempt. */
    Optional<Charge> of(ServerWebExchange exchange) {
        Call call = Call.of(exchange);
        String address = call.client().limitKey();
        List<Operation> matching = matching(exchange.getRequest());
        Identity identity = call.identity().orElse(null);
        if (identity == null) {
            if (isCrawler(exchange.getRequest(), call.client())) {
                return Optional.empty();
            }
            // A page of a public tunnel loads what the quarter of an hour allows for sign-ins and their like.
            boolean tight = call.destination().plane() != Plane.DATA;
            OfAddress of = new OfAddress(address, tight, matching);
            return Optional.of(known.get(of, _ -> charge(of)));
        }
        Caller caller = identity.caller();
        boolean administrator = caller.roles().stream().anyMatch(Role::administrator);
        Optional<Exemption> exempt = exemption(exchange.getRequest(), caller.userId(), administrator);
        exempt.ifPresent(one -> enforcement.exempted(one, caller.userId()));
        boolean unbound = exempt.isPresent() && exempt.get().perUserAndHour().isEmpty();
        if (unbound && matching.isEmpty()) {
            return Optional.empty();
        }
        // Signing in is about getting an identity: the one that is there is not the one to count by.
        if (unbound && matching.stream().allMatch(operation -> operation.by() == Subject.ADDRESS)) {
            OfAddress of = new OfAddress(address, false, matching);
            return Optional.of(known.get(of, _ -> ofOperationsAlone(of)));
        }
        OfCaller of = new OfCaller(
                caller.tenantId(),
                caller.userId(),
                tiers.of(caller),
                administrator,
                caller.apiKeyId(),
                identity.key().map(KeyTerms::limits),
                exempt,
                exempt.isPresent() ? rules.current().countedSince(caller.userId()) : 0,
                lasting(call, exchange.getRequest().getHeaders()),
                matching.isEmpty() ? "" : address,
                matching);
        return Optional.of(known.get(of, _ -> charge(of)));
    }

    private boolean isCrawler(ServerHttpRequest request, Client client) {
        return READING.contains(request.getMethod()) && crawlers.include(client.address(), request.getHeaders());
    }

    private static Lasting lasting(Call call, HttpHeaders headers) {
        String accept = headers.getFirst(HttpHeaders.ACCEPT);
        boolean isLong = "websocket".equalsIgnoreCase(headers.getFirst(HttpHeaders.UPGRADE))
                || (accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE));
        if (!isLong) {
            return Lasting.SHORT;
        }
        return call.destination().plane() == Plane.DATA ? Lasting.OF_A_TUNNEL : Lasting.LONG;
    }

    private List<Operation> matching(ServerHttpRequest request) {
        List<Operation> found = List.of();
        Instant now = clock.instant();
        for (Operation operation : rules.current().operations()) {
            if (operation.covers(request, now)) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(operation);
            }
        }
        return found;
    }

    private Optional<Exemption> exemption(ServerHttpRequest request, UUID caller, boolean administrator) {
        for (Exemption one : rules.current().exemptions()) {
            if (one.covers(request, caller, administrator)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    private Charge charge(OfAddress of) {
        String key = "limit:{address:" + of.address + "}:";
        AddressBudget budget = properties.address();
        List<Window> windows = new ArrayList<>();
        windows.add(patient("address-minute", key, budget.minute(), Span.sliding(MINUTE)));
        windows.add(patient("address-hour", key, budget.hour(), Span.sliding(HOUR)));
        if (of.anonymous && of.operations.stream().noneMatch(Operation::insteadOfAnonymous)) {
            windows.add(patient(
                    "anonymous-quarter-hour", key, properties.anonymousQuarterHour(), Span.sliding(QUARTER_HOUR)));
        }
        of.operations.forEach(operation -> windows.add(operation.window(key, Optional.empty())));
        return new Charge(key, windows);
    }

    private static Charge ofOperationsAlone(OfAddress of) {
        String key = "limit:{address:" + of.address + "}:";
        return new Charge(
                key,
                of.operations.stream()
                        .map(operation -> operation.window(key, Optional.empty()))
                        .toList());
    }

    private Charge charge(OfCaller of) {
        String tenant = "limit:{tenant:" + of.tenant + "}:";
        String user = tenant + "user:" + of.user + ":";
        List<Window> windows = new ArrayList<>();
        Optional<Charge> otherwise = Optional.empty();
        if (of.exempt.isPresent()) {
            Exemption exemption = of.exempt.get();
            String key = user + "exemption:" + exemption.id() + ':' + of.exemptSince;
            exemption
                    .perUserAndHour()
                    .ifPresent(most -> windows.add(new Window(EXEMPTION, key, most, Span.sliding(HOUR))));
            otherwise = exemption.perUserAndHour().map(_ -> charge(of.withoutExemption()));
        } else {
            addUser(windows, user, of);
            of.key.ifPresent(key -> addKey(windows, tenant + "key:" + key + ":", of));
            if (!of.administrator) {
                addTenant(windows, tenant, of);
            }
        }
        for (Operation operation : of.operations) {
            String subject = switch (operation.by()) {
                case ADDRESS -> tenant + "address:" + of.address + ":";
                case USER -> user;
                case TENANT -> tenant;
            };
            windows.add(operation.window(subject, Optional.of(of.tier)));
        }
        return new Charge(tenant, windows, otherwise, quotas(windows, of));
    }

    private static List<QuotaSubject> quotas(List<Window> windows, OfCaller of) {
        List<QuotaSubject> quotas = new ArrayList<>();
        for (Window window : windows) {
            if (window.name().equals(USER_MONTH)) {
                quotas.add(new QuotaSubject(of.tenant, QuotaSubject.Type.USER, of.user, of.tier, window));
            } else if (window.name().equals(KEY_MONTH)) {
                of.key.ifPresent(key ->
                        quotas.add(new QuotaSubject(of.tenant, QuotaSubject.Type.API_KEY, key, of.tier, window)));
            }
        }
        return quotas;
    }

    private void addUser(List<Window> windows, String user, OfCaller of) {
        Budget budget = of.administrator
                ? properties.administrators()
                : Objects.requireNonNull(properties.users().get(of.tier));
        int minute = of.administrator ? budget.minute() : adaptive.of(budget.minute());
        windows.add(paced(patient("user-minute", user, minute, Span.sliding(MINUTE))));
        windows.add(patient("user-quarter-hour", user, budget.quarterHour(), Span.sliding(QUARTER_HOUR)));
        windows.add(patient("user-hour", user, budget.hour(), Span.sliding(HOUR)));
        if (!of.administrator && properties.quota().enabled()) {
            Optional.ofNullable(properties.quota().calls().get(of.tier))
                    .ifPresent(month -> windows.add(new Window(USER_MONTH, user + USER_MONTH, month, Span.MONTH)));
        }
        Span places = Span.places(properties.placesLease());
        switch (of.lasting) {
            case SHORT -> windows.add(new Window("user-in-flight", user + "user-in-flight", budget.inFlight(), places));
            case LONG ->
                windows.add(new Window("user-long-lived", user + "user-long-lived", budget.longLived(), places));
            case OF_A_TUNNEL -> {}
        }
    }

    private void addKey(List<Window> windows, String key, OfCaller of) {
        KeyBudget usual = properties.key();
        KeyTerms.Limits own = of.terms.orElse(KeyTerms.Limits.NONE);
        double factor = factor(of.tenant, of.tier);
        int minute = limit(own.minute(), usual.minute(), factor);
        windows.add(ofKey("key-minute", key, of.administrator ? minute : adaptive.of(minute), Span.sliding(MINUTE)));
        windows.add(ofKey("key-hour", key, limit(own.hour(), usual.hour(), factor), Span.calendar(HOUR)));
        windows.add(ofKey("key-day", key, limit(own.day(), usual.day(), factor), Span.calendar(DAY)));
        own.month().ifPresent(month -> windows.add(ofKey(KEY_MONTH, key, month, Span.MONTH)));
    }

    /** The usual limit is the plan's and grows with it; what an owner laid down is meant as it is. */
    private static int limit(Optional<Integer> own, int usual, double factor) {
        return own.filter(limit -> limit != usual).orElseGet(() -> times(usual, factor));
    }

    /** At least one call. */
    private static int times(int usual, double factor) {
        return Math.max(1, (int) (usual * factor));
    }

    private void addTenant(List<Window> windows, String tenant, OfCaller of) {
        TenantBudget budget = properties.tenant();
        double factor = factor(of.tenant, of.tier);
        int minute = adaptive.of(times(budget.minute(), factor));
        windows.add(new Window("tenant-minute", tenant + "minute", minute, Span.sliding(MINUTE)));
        windows.add(new Window("tenant-hour", tenant + "hour", times(budget.hour(), factor), Span.calendar(HOUR)));
        windows.add(new Window("tenant-day", tenant + "day", times(budget.day(), factor), Span.calendar(DAY)));
        budget.burst()
                .ifPresent(burst -> windows.add(new Window(
                        "tenant-burst", tenant + "burst", times(burst.calls(), factor), Span.bucket(burst.refill()))));
    }

    /** What an administrator set for the tenant, else the number of the plan. */
    private double factor(UUID tenant, Tier tier) {
        Double set = rules.current().tenantFactors().get(tenant);
        return set != null
                ? set
                : Objects.requireNonNull(properties.tenantFactors().get(tier));
    }

    private Window paced(Window window) {
        PacingProperties pacing = properties.pacing();
        return pacing.enabled() ? window.paced(pacing.from()) : window;
    }

    /** Key and name are told apart once: {@code user-minute} is counted under {@code …:user:<id>:user-minute}. */
    private static Window patient(String name, String subject, int limit, Span span) {
        return new Window(name, subject + name, limit, span, true, "");
    }

    private static Window ofKey(String name, String subject, int limit, Span span) {
        return new Window(name, subject + name, limit, span, true, KEY_ALIAS);
    }
}
