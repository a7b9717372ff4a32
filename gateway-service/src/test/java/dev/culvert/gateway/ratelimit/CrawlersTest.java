package dev.culvert.gateway.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.gateway.ratelimit.RateLimitProperties.CrawlerProperties;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class CrawlersTest {
    private static final String CRAWLER = "198.51.100.1";
    private static final String NEIGHBOUR = "198.51.100.2";
    private static final String NOBODY = "198.51.100.3";
    private static final Map<String, String> NAMES = Map.of(
            CRAWLER, "crawl-198-51-100-1.Search.example",
            NEIGHBOUR, "crawl.notsearch.example");

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Crawlers crawlers = new Crawlers(
            List.of("203.0.113.0/24"),
            new CrawlerProperties(List.of("search.example"), List.of("bot"), Duration.ofHours(1)),
            this::nameOf);

    private String nameOf(InetAddress address) {
        asked.add(address.getHostAddress());
        return NAMES.getOrDefault(address.getHostAddress(), address.getHostAddress());
    }

    @Test
    void knowACrawlerByTheNameOfItsAddressOnceItWasLookedUp() {
        assertThat(crawlers.include(CRAWLER, agent("Searchbot/1.0")))
                .as("nobody waits")
                .isFalse();

        await().until(() -> crawlers.include(CRAWLER, agent("Searchbot/1.0")));
        assertThat(asked).as("looked up once").containsExactly(CRAWLER);
    }

    @Test
    void takeNobodyForACrawlerWhoOnlySaysSo() {
        for (String address : List.of(NEIGHBOUR, NOBODY)) {
            assertThat(crawlers.include(address, agent("Searchbot/1.0"))).isFalse();
        }
        await().until(() -> asked.size() == 2);

        for (int i = 0; i < 100; i++) {
            assertThat(crawlers.include(NEIGHBOUR, agent("Searchbot/1.0"))).isFalse();
            assertThat(crawlers.include(NOBODY, agent("Searchbot/1.0"))).isFalse();
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void lookUpNothingForBrowsersAndKnownNetworks() {
        assertThat(crawlers.include(CRAWLER, agent("Mozilla/5.0"))).isFalse();
        assertThat(crawlers.include(CRAWLER, new HttpHeaders())).isFalse();
        assertThat(crawlers.include("203.0.113.9", new HttpHeaders())).isTrue();

        assertThat(asked).isEmpty();
    }

    private static HttpHeaders agent(String name) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.USER_AGENT, name);
        return headers;
    }
}
