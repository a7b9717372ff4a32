package dev.culvert.tunnel.access;

import static dev.culvert.testing.TestingApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;
import dev.culvert.tunnel.RunningTunnelService;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class AccessLogIT extends RunningTunnelService {
    @Autowired
    private AccessLog log;

    /** logs are kept for 90 days. */
    @Test
    void forgetsEntriesAfterNinetyDays() {
        TestCallers owner = TestCallers.user();
        String id = json(as(owner).post("/api/v1/tunnels", "{\"name\": \"old\"}"))
                .path("id")
                .asString();
        enter(id, owner, "kept", 89);
        enter(id, owner, "forgotten", 91);

        log.forgetOld();

        assertThat(json(as(owner).get("/api/v1/tunnels/" + id + "/access-logs")).path("items"))
                .extracting(entry -> entry.path("action").asString())
                .containsExactly("kept");
    }

    private static void enter(String tunnel, TestCallers owner, String action, int daysAgo) {
        TestingPostgres.shared().execute("""
                INSERT INTO tunnel.access_log VALUES ('%s', '%s', '%s', NULL, 'public', NULL, 'viewer', '%s', '203.0.113.7', '', 1,
                  now() - interval '%d days')""".formatted(UUID.randomUUID(), tunnel, owner.tenantId(), action, daysAgo));
    }
}
