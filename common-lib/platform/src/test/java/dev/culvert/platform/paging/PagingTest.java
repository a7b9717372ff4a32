package dev.culvert.platform.paging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.platform.sample.SampleApplication;
import dev.culvert.platform.sample.SampleClient;
import dev.culvert.platform.sample.SampleClient.Answer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Lists take limit with offset or page and refuse numbers out of bounds by name: X-41. */
@SpringBootTest(classes = SampleApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT)
class PagingTest {
    private static final String PAGES = "/api/v1/things/pages";
    private static final String SMALL_PAGES = "/api/v1/things/small-pages";

    @LocalServerPort
    int port;

    SampleClient client;

    @BeforeEach
    void connect() {
        client = new SampleClient(port);
    }

    @Test
    void answersTheFirstFiftyByDefault() {
        assertPage(client.get(PAGES), 50, 0, 1, 50, true);
    }

    @Test
    void takesOffsetOrPage() {
        assertPage(client.get(PAGES + "?limit=50&offset=100"), 50, 100, 3, 20, false);
        assertPage(client.get(PAGES + "?limit=50&page=3"), 50, 100, 3, 20, false);
        assertPage(client.get(PAGES + "?limit=60&page=2"), 60, 60, 2, 60, false);
        assertPage(client.get(PAGES + "?limit=1&offset=118"), 1, 118, 119, 1, true);
        assertPage(client.get(PAGES + "?offset=5000"), 50, 5000, 101, 0, false);
        assertPage(client.get(PAGES + "?limit=1000"), 1000, 0, 1, 120, false);
    }

    @Test
    void namesNumbersOutOfBounds() {
        for (String query : List.of("limit=0", "limit=1001", "limit=-1", "limit=many", "limit=99999999999")) {
            assertRefused(client.get(PAGES + "?" + query), "limit");
        }
        assertRefused(client.get(PAGES + "?offset=-1"), "offset");
        assertRefused(client.get(PAGES + "?page=0"), "page");
        assertRefused(client.get(PAGES + "?page=2147483647"), "page");
        assertRefused(client.get(PAGES + "?page=1&offset=0"), "page");
        assertThat(client.get(PAGES + "?limit=0&offset=-1").<List<String>>json("$.errors[*].field"))
                .containsExactly("limit", "offset");
    }

    @Test
    void obeysTheLimitsOfTheEndpoint() {
        assertThat(client.get(SMALL_PAGES).<Integer>json("$.limit")).isEqualTo(10);
        assertThat(client.get(SMALL_PAGES + "?limit=20").status()).isEqualTo(200);
        assertRefused(client.get(SMALL_PAGES + "?limit=21"), "limit");
    }

    private static void assertPage(Answer answer, int limit, int offset, int page, int items, boolean hasMore) {
        assertThat(answer.<Integer>json("$.total")).isEqualTo(120);
        assertThat(answer.<Integer>json("$.limit")).isEqualTo(limit);
        assertThat(answer.<Integer>json("$.offset")).isEqualTo(offset);
        assertThat(answer.<Integer>json("$.page")).isEqualTo(page);
        assertThat(answer.<List<Integer>>json("$.items")).hasSize(items);
        assertThat(answer.<Boolean>json("$.hasMore")).isEqualTo(hasMore);
    }

    private static void assertRefused(Answer answer, String field) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.<String>json("$.error.details.field")).isEqualTo(field);
    }
}
