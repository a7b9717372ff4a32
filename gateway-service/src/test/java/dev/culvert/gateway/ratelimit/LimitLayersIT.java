package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.JSON;
import static dev.culvert.gateway.TestingGateway.json;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingRedis;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Requirement X-3: what binds beside the budget of a user. The addresses of callers are what a trusted proxy says. */
class LimitLayersIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static TestingService service;
    private static final ConcurrentMap<String, Map<String, Object>> KEYS = new ConcurrentHashMap<>();
    private static final AtomicInteger ADDRESSES = new AtomicInteger();
    private static TestingRedis redis;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        service.on(
                "/internal/api-keys/exchange",
                (request, response) -> response.header("Content-Type", "application/json")
                        .sendString(Mono.fromSupplier(() -> JSON.writeValueAsString(KEYS.get(
                                request.requestHeaders().get("Authorization").substring(7))))));
        redis = TestingRedis.start();
        gateway = start("REDIS_URL", redis.url(), "culvert.gateway.ratelimit.redis-budget", "2s");
    }

    private static TestingGateway start(String... settings) {
        String[] usual = {
            "TRUSTED_PROXIES", "127.0.0.1",
            "culvert.gateway.ratelimit.operations.login.calls", "10",
            "culvert.gateway.ratelimit.operations.registration.calls", "10",
            "culvert.gateway.ratelimit.operations.password-reset.calls", "5",
            "culvert.gateway.ratelimit.tenant.minute", "20",
            "culvert.gateway.ratelimit.operations.provider.paths", "/api/v1/proxies/*/calls",
            "culvert.gateway.ratelimit.operations.provider.by", "user",
            "culvert.gateway.ratelimit.operations.provider.calls", "2",
            "culvert.gateway.ratelimit.operations.provider.within", "1m",
            "culvert.gateway.ratelimit.operations.provider.factors.premium", "5",
            "culvert.gateway.ratelimit.operations.provider.factors.enterprise", "10"
        };
        String[] all = Stream.of(usual, settings).flatMap(Arrays::stream).toArray(String[]::new);
        return TestingGateway.start(service, all);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        redis.close();
        service.close();
    }

    /** Requirements S2.23, S2.24, S2.25. */
    @Test
    void letsUsersAndKeysOfATenantShareItsBudget() {
        TestCallers one = TestCallers.user();
        TestCallers two = TestCallers.user().withTenantId(one.tenantId());
        String key = key(TestCallers.apiKey("tunnels:use").withTenantId(one.tenantId()), Map.of());

        for (int i = 0; i < 18; i++) {
            HttpResponse<String> answer = send(gateway.as(i % 2 == 0 ? one : two, TUNNELS));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "X-RateLimit-Policy")).isEqualTo("tenant-minute");
            assertThat(header(answer, "X-RateLimit-Limit")).isEqualTo("20");
            assertThat(header(answer, "X-RateLimit-Remaining")).isEqualTo(Integer.toString(19 - i));
        }
        assertThat(send(withKey(key)).statusCode()).isEqualTo(200);
        assertThat(send(withKey(key)).statusCode()).isEqualTo(200);

        assertProblem(send(gateway.as(one, TUNNELS)), ProblemCode.RATE_LIMIT_EXCEEDED);
        assertProblem(send(withKey(key)), ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(send(gateway.signedIn(TUNNELS)).statusCode())
                .as("another tenant")
                .isEqualTo(200);
    }

    /** Requirement S3.2, with the factor of the plan. */
    @Test
    void multipliesTheTenantsBudgetByThePlan() {
        assertThat(limit(gateway.signedIn(TUNNELS))).isEqualTo("20");
        assertThat(limit(gateway.as(TestCallers.user().withTier(Tier.PREMIUM), TUNNELS)))
                .isEqualTo("100");
        assertThat(limit(gateway.as(TestCallers.user().withTier(Tier.ENTERPRISE), TUNNELS)))
                .isEqualTo("500");
    }

    /** Requirement S3.1: the narrowest of a key's own limits; the others in {@link SharedWindowsIT}. */
    @Test
    void holdsAKeyToWhatItsOwnerLaidDown() {
        String key = key(TestCallers.apiKey("tunnels:use"), Map.of("minute", 1000, "hour", 3, "day", 5, "month", 7));

        for (int left = 2; left >= 0; left--) {
            HttpResponse<String> answer = send(withKey(key));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(header(answer, "X-RateLimit-Policy")).isEqualTo("key-hour");
            assertThat(header(answer, "X-RateLimit-Remaining")).isEqualTo(Integer.toString(left));
        }
        HttpResponse<String> refused = send(withKey(key));

        assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(alias(refused)).isEqualTo("API_KEY_RATE_LIMIT_EXCEEDED");
        assertThat(Long.parseLong(header(refused, "Retry-After"))).isBetween(1L, 3600L);
    }

    /** Requirements S1.23, S1.24, S1.25: good and bad attempts alike. */
    @Test
    void limitsSignInResetAndRegistrationByAddress() {
        refusesAfter(10, "/api/v1/auth/login", "login");
        refusesAfter(5, "/api/v1/auth/password-reset/request", "password-reset");
        refusesAfter(10, "/api/v1/auth/register", "registration");
    }

    private static void refusesAfter(int calls, String path, String policy) {
        String address = address();
        for (int i = 0; i < calls; i++) {
            assertThat(send(open(path, address)).statusCode()).isEqualTo(200);
        }
        HttpResponse<String> refused = send(open(path, address));

        assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(header(refused, "X-RateLimit-Policy")).isEqualTo(policy);
        assertThat(Long.parseLong(header(refused, "Retry-After"))).isPositive();
        assertThat(send(open(path, address())).statusCode())
                .as("another address")
                .isEqualTo(200);
    }

    @Test
    void countsANetworkOfIpv6AddressesAsOne() {
        for (int i = 1; i <= 10; i++) {
            assertThat(send(open("/api/v1/auth/login", "2001:db8:1:2::" + i)).statusCode())
                    .isEqualTo(200);
        }

        assertProblem(send(open("/api/v1/auth/login", "2001:db8:1:2:ffff::1")), ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(send(open("/api/v1/auth/login", "2001:db8:1:3::1")).statusCode())
                .isEqualTo(200);
    }

    /** Requirements AC15.2, X-38: administrators are bound by these alone. */
    @Test
    void holdsAdministratorsToTheClassesOfTheirOperations() {
        TestCallers administrator = TestCallers.superAdmin();
        refuses(administrator, 20, "POST", "/api/v1/admin/users", "ADMIN_BURST_LIMIT_EXCEEDED");
        refuses(
                TestCallers.superAdmin(),
                10,
                "GET",
                "/api/v1/admin/reports/month",
                "ADMIN_EXPENSIVE_OPERATION_LIMIT_EXCEEDED");
        refuses(
                TestCallers.superAdmin(),
                5,
                "DELETE",
                "/api/v1/admin/users/somebody",
                "ADMIN_CRITICAL_OPERATION_LIMIT_EXCEEDED");
        refuses(administrator, 200, "GET", "/api/v1/admin/users", "ADMIN_READ_LIMIT_EXCEEDED");
        assertThat(limit(gateway.as(administrator, TUNNELS))).isEqualTo("10000");
    }

    private static void refuses(TestCallers caller, int calls, String method, String path, String alias) {
        HttpRequest.Builder request = gateway.as(caller, path)
                .header("Content-Type", "application/json")
                .method(method, method.equals("POST") ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
        for (int i = 0; i < calls; i++) {
            assertThat(send(request).statusCode())
                    .as("%s %s, %d", method, path, i)
                    .isEqualTo(200);
        }
        HttpResponse<String> refused = send(request);
        assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(alias(refused)).isEqualTo(alias);
    }

    /** Requirements P2.6.3, S4.7, S4.46. */
    @Test
    void limitsOneOperationByTheUsersTierAndLeavesTheOthersAlone() {
        TestCallers free = TestCallers.user();
        String provider = "/api/v1/proxies/mine/calls";

        assertThat(send(gateway.as(free, provider)).statusCode()).isEqualTo(200);
        assertThat(send(gateway.as(free, provider)).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = send(gateway.as(free, provider));

        assertProblem(refused, ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(header(refused, "X-RateLimit-Policy")).isEqualTo("provider");
        HttpResponse<String> other = send(gateway.as(free, TUNNELS));
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(header(other, "X-RateLimit-Remaining"))
                .as("refused calls are not counted")
                .isEqualTo("17");
        assertThat(limit(gateway.as(TestCallers.user().withTier(Tier.PREMIUM), provider)))
                .isEqualTo("10");
        assertThat(limit(gateway.as(TestCallers.user().withTier(Tier.ENTERPRISE), provider)))
                .isEqualTo("20");
    }

    /** Requirement R6.7. */
    @Test
    void doesNotHoldCriticalOperationsToTheBudgetOfTheUser() {
        TestCallers user = TestCallers.user();
        for (int i = 0; i < 20; i++) {
            send(gateway.as(user, TUNNELS));
        }
        assertProblem(send(gateway.as(user, TUNNELS)), ProblemCode.RATE_LIMIT_EXCEEDED);

        for (String path : new String[] {"/api/v1/auth/login", "/api/v1/auth/refresh", "/api/v1/auth/logout"}) {
            assertThat(send(post(gateway.as(user, path).header("X-Forwarded-For", address()), "application/json", "{}"))
                            .statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(send(gateway.as(user, "/health/live")).statusCode()).isEqualTo(200);
    }

    /** Requirements S1.27, X-31. */
    @Test
    void tellsTheLimitInTheCustomaryAndTheComingFields() {
        HttpResponse<String> answer = send(gateway.signedIn(TUNNELS));

        assertThat(header(answer, "RateLimit-Policy")).isEqualTo("\"tenant-minute\";q=20;w=60");
        assertThat(header(answer, "RateLimit")).matches("\"tenant-minute\";r=19;t=6[0-5]");
    }

    /** Requirement S2.26. */
    @Test
    void limitsNothingWhenSwitchedOff() {
        try (TestingGateway unlimited = start("REDIS_URL", redis.url(), "RATE_LIMIT_ENABLED", "false")) {
            TestCallers user = TestCallers.user();
            for (int i = 0; i < 25; i++) {
                HttpResponse<String> answer = send(unlimited.as(user, TUNNELS));
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.headers().firstValue("X-RateLimit-Limit")).isEmpty();
            }
            assertProblem(send(unlimited.anonymous(TUNNELS)), ProblemCode.AUTH_TOKEN_MISSING);
        }
    }

    private static String key(TestCallers owner, Map<String, Integer> limits) {
        String key = "cvt_test_" + UUID.randomUUID();
        Map<String, Object> answer = new HashMap<>();
        answer.put("token", TestingIssuer.shared().token(owner));
        answer.put("limits", limits);
        answer.put("allowedNetworks", Set.of());
        KEYS.put(key, answer);
        return key;
    }

    private static HttpRequest.Builder withKey(String key) {
        return gateway.anonymous(TUNNELS).header("X-API-Key", key);
    }

    private static HttpRequest.Builder open(String path, String address) {
        return post(gateway.anonymous(path).header("X-Forwarded-For", address), "application/json", "{}");
    }

    private static String address() {
        return "198.51.100." + ADDRESSES.incrementAndGet();
    }

    private static String limit(HttpRequest.Builder request) {
        return header(send(request), "X-RateLimit-Limit");
    }

    private static String alias(HttpResponse<String> answer) {
        return json(answer).path("error").path("details").path("alias").asString();
    }

    private static String header(HttpResponse<String> answer, String name) {
        return Optional.of(answer).flatMap(a -> a.headers().firstValue(name)).orElse("");
    }
}
