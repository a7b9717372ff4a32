package dev.culvert.tunnel;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingStores;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The service on real stores and free ports; one context for all tests that extend this. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"culvert.tunnel.replica.name=replica-under-test", "TUNNEL_DATA_PORT=0", "BIND_ADDRESS=127.0.0.1"})
public abstract class RunningTunnelService {
    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "tunnel");
    }

    /** The API as the caller uses it. */
    protected TestingApi as(TestCallers caller) {
        return new TestingApi(port, caller);
    }
}
