package dev.culvert.benchmarks.gateway;

import dev.culvert.benchmarks.gateway.Contenders.Contender;
import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.TestingKafka;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/**
 * The public HTTP cache test-suite (cache-tests.fyi) against the gateway's response cache: the suite's origin server, a
 * gateway with open routes to it, and the suite's client, all here. The suite itself comes from npm.
 */
public final class CacheSuite {
    private static final int LONGEST_MINUTES = 10;
    private static final String ROUTES = """
            culvert.gateway.routing.routes:
              - {path: /test, service: tunnel, open: /test}
              - {path: /config, service: tunnel, open: /config}
              - {path: /state, service: tunnel, open: /state}
            """;

    private CacheSuite() {}

    /**
     * Runs all tests, or one.
     *
     * @param root of the sources, where gateway-service is built
     * @throws IllegalStateException when not all that apply pass
     */
    public static void run(Path root, Optional<String> test) throws IOException, InterruptedException {
        Path here = root.resolve("benchmarks/http-cache");
        if (!Files.isDirectory(here.resolve("node_modules"))) {
            throw new IllegalStateException("First: npm install --no-package-lock --prefix benchmarks/http-cache");
        }
        Path folder = Files.createTempDirectory("culvert-http-cache");
        Path routes = Files.writeString(folder.resolve("routes.yaml"), ROUTES);
        URI origin = URI.create("http://127.0.0.1:" + LocalPorts.free());
        Map<String, String> environment = Map.of(
                "npm_config_protocol",
                "http",
                "npm_config_port",
                Integer.toString(origin.getPort()),
                "npm_config_pidfile",
                folder.resolve("origin.pid").toString());
        try (TestingKafka kafka = TestingKafka.start();
                Program _ = Program.start(
                        "origin", List.of("node", here.resolve("origin.mjs").toString()), environment, folder);
                Contender gateway = new Contenders(origin, kafka.bootstrapServers(), folder, root)
                        .ours(
                                "culvert",
                                Contenders.OF_THE_RUNNER,
                                "--spring.config.additional-location=file:" + routes,
                                "--culvert.gateway.resilience.failures=10000")) { // the origin breaks off on purpose
            List<String> command = new ArrayList<>(List.of(
                    "node",
                    here.resolve("run.mjs").toString(),
                    gateway.address().toString(),
                    root.resolve("docs/reference/http-cache.md").toString()));
            test.ifPresent(command::add);
            Process client = new ProcessBuilder(command).inheritIO().start();
            if (!client.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                client.destroyForcibly();
            }
            if (client.waitFor() != 0) {
                throw new IllegalStateException("Not all tests that apply passed");
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }
}
