package dev.culvert.proxy;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingApi;
import dev.culvert.testing.TestingOrigin;
import dev.culvert.testing.TestingStores;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The service on real stores and free ports; one context for all tests that extend this. The data port of tunnel-service is
 * played by {@link #TUNNELS}.
 */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "PROXY_DATA_PORT=0",
            "BIND_ADDRESS=127.0.0.1",
            "OUTBOUND_ALLOWED=127.0.0.1/32",
            "culvert.proxy.ingress.ejection=2s",
            "culvert.proxy.ingress.idle-timeout=5s"
        })
public abstract class RunningProxyService {
    /** Answers what tunnel-service would at {@code /t/{name}/…}. */
    protected static final TestingOrigin TUNNELS = TestingOrigin.start();

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void stores(DynamicPropertyRegistry registry) {
        TestingStores.register(registry, "proxy");
        registry.add("TUNNEL_DATA_URL", () -> TUNNELS.uri(""));
    }

    /** The API as the caller uses it. */
    protected TestingApi as(TestCallers caller) {
        return new TestingApi(port, caller);
    }
}
