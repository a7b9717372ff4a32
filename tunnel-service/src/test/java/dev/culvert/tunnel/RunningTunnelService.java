package dev.culvert.tunnel;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingStores;
import java.nio.file.Path;
import java.util.UUID;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The service on real stores and free ports; one context for all tests that extend this. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "culvert.tunnel.replica.name=replica-under-test",
            "culvert.tunnel.usage.tallies=256",
            "TUNNEL_DATA_PORT=0",
            "BIND_ADDRESS=127.0.0.1"
        })
public abstract class RunningTunnelService {
    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "tunnel");
        Path folder = Path.of("target", "usage", UUID.randomUUID().toString()); // of this context alone
        registry.add("USAGE_SPOOL_DIR", folder::toString);
    }

    /** The API as the caller uses it. */
    protected TestingApi as(TestCallers caller) {
        return new TestingApi(port, caller);
    }
}
