package dev.culvert.gateway.ratelimit;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.contracts.identity.Tier;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.gateway.TestingService;
import dev.culvert.testing.TestCallers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Quarters of an hour, with all shorter and larger limits out of the way. */
class QuarterHourIT {
    private static final String TUNNELS = "/api/v1/tunnels";
    private static final String SITEMAP = "/sitemap.xml";
    private static TestingService service;
    private static TestingGateway gateway;

    @BeforeAll
    static void start() {
        service = TestingService.start();
        List<String> settings = new ArrayList<>(List.of(
                "TRUSTED_PROXIES", "127.0.0.1",
                "CRAWLER_NETWORKS", "66.249.64.0/19,2001:4860:4801::/48",
                "CRAWLER_DOMAINS", nameOfThisMachine(),
                "culvert.gateway.ratelimit.redis-budget", "5s",
                "culvert.gateway.ratelimit.operations.seo.calls", "4",
                "culvert.gateway.ratelimit.anonymous-quarter-hour", "100"));
        for (String minute : List.of("users.free", "users.premium", "users.enterprise", "administrators", "tenant")) {
            settings.addAll(List.of("culvert.gateway.ratelimit." + minute + ".minute", "1000000"));
        }
        settings.addAll(List.of("culvert.gateway.ratelimit.tenant.hour", "10000000"));
        settings.addAll(List.of("culvert.gateway.ratelimit.quota.enabled", "false"));
        gateway = TestingGateway.start(service, settings.toArray(String[]::new));
    }

    /** Whatever 127.0.0.1 is called here; the address itself where it has no name. */
    private static String nameOfThisMachine() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1})
                    .getCanonicalHostName()
                    .toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.close();
    }

    /** Requirement S4.58. */
    @Test
    void giveEachTierItsNumber() {
        assertThat(limit(gateway.signedIn(TUNNELS))).isEqualTo(1_000);
        assertThat(limit(gateway.as(TestCallers.user().withTier(Tier.PREMIUM), TUNNELS)))
                .isEqualTo(5_000);
        assertThat(limit(gateway.as(TestCallers.user().withTier(Tier.ENTERPRISE), TUNNELS)))
                .isEqualTo(25_000);
        assertThat(limit(gateway.as(TestCallers.superAdmin(), TUNNELS))).isEqualTo(50_000);
        assertThat(limit(from("198.51.100.77", "/.well-known/jwks.json"))).isEqualTo(100);
    }

    /** Requirement S4.34: what is published for search has a limit of its own; a crawler's name alone lifts no limit. */
    @Test
    void limitThoseWhoOnlySayTheyAreCrawlers() {
        for (int i = 0; i < 4; i++) {
            HttpResponse<String> answer = send(fake("198.51.100.78"));
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.headers().firstValue("X-RateLimit-Policy")).hasValue("seo");
        }
        assertProblem(send(fake("198.51.100.78")), ProblemCode.RATE_LIMIT_EXCEEDED);

        for (String crawler : List.of("66.249.79.1", "2001:4860:4801::1")) {
            for (int i = 0; i < 6; i++) {
                HttpResponse<String> answer = send(from(crawler, SITEMAP));
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.headers().firstValue("X-RateLimit-Limit")).isEmpty();
            }
        }
    }

    /** S4.34: by reverse name, here the real one of this machine's own address; a name that leads elsewhere helps nobody. */
    @Test
    void limitNoCrawlerWhoseAddressHasItsName() {
        HttpRequest.Builder crawler = gateway.anonymous(SITEMAP).header("User-Agent", "Searchbot/1.0");

        await().until(() ->
                send(crawler).headers().firstValue("X-RateLimit-Limit").isEmpty());
        for (int i = 0; i < 6; i++) {
            assertThat(send(crawler).statusCode()).isEqualTo(404);
        }
        HttpRequest.Builder elsewhere = from("198.51.100.79", SITEMAP).header("User-Agent", "Searchbot/1.0");
        for (int i = 0; i < 4; i++) {
            assertThat(send(elsewhere).headers().firstValue("X-RateLimit-Policy"))
                    .hasValue("seo");
        }
        assertProblem(send(elsewhere), ProblemCode.RATE_LIMIT_EXCEEDED);
    }

    private static HttpRequest.Builder fake(String address) {
        return from(address, SITEMAP).header("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)");
    }

    private static HttpRequest.Builder from(String address, String path) {
        return gateway.anonymous(path).header("X-Forwarded-For", address);
    }

    private static long limit(HttpRequest.Builder request) {
        return send(request).headers().firstValueAsLong("X-RateLimit-Limit").orElseThrow();
    }
}
