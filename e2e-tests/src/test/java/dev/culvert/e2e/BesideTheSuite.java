package dev.culvert.e2e;

import static org.awaitility.Awaitility.await;

import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** More processes of the services that the shared suite runs, started by the same commands, with its stores and services. */
final class BesideTheSuite {
    private static final Duration START = Duration.ofSeconds(240);
    private static final String LOCAL = "http://127.0.0.1:";

    private final RunningSuite suite;
    private final Path logs;
    private final JsonNode ports;
    private final JsonNode secrets;

    BesideTheSuite(RunningSuite suite, Path logs) throws IOException, InterruptedException {
        this.suite = suite;
        this.logs = Files.createDirectories(logs);
        this.ports = suite.status().get("ports");
        this.secrets =
                JsonMapper.shared().readTree(Files.readAllBytes(suite.data().resolve("secrets.json")));
    }

    /** What each process of the suite is told; to be completed by the caller. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("BIND_ADDRESS", "127.0.0.1");
        environment.put("LOG_FORMAT", "plain");
        environment.put("PUBLIC_URL", LOCAL + port("gateway")); // who issued the tokens
        environment.put("SECRET_KEY", secrets.get("secretKey").asString());
        environment.put(
                "REDIS_URL", "redis://:" + secrets.get("redisPassword").asString() + "@127.0.0.1:" + port("redis"));
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + port("kafka"));
        environment.put("SMTP_HOST", "127.0.0.1");
        environment.put("SMTP_PORT", port("smtp"));
        environment.put("AUTH_JWKS_URL", LOCAL + port("auth") + "/.well-known/jwks.json");
        environment.put("AUTH_SERVICE_URL", LOCAL + port("auth"));
        environment.put("USER_SERVICE_URL", LOCAL + port("user"));
        environment.put("TUNNEL_SERVICE_URL", LOCAL + port("tunnel"));
        environment.put("TUNNEL_DATA_URL", LOCAL + port("tunnel-data"));
        environment.put("PROXY_SERVICE_URL", LOCAL + port("proxy"));
        environment.put("PROXY_DATA_URL", LOCAL + port("proxy-data"));
        environment.put("WEBHOOK_SERVICE_URL", LOCAL + port("webhook"));
        environment.put("ADMIN_SERVICE_URL", LOCAL + port("admin"));
        environment.put("GATEWAY_SERVICE_URL", LOCAL + port("gateway"));
        return environment;
    }

    /** How a service with this schema reaches the suite's database. */
    Map<String, String> database(String schema) {
        JsonNode roles = secrets.get("databaseRoles").get(schema);
        return Map.of(
                "DB_URL", "jdbc:postgresql://127.0.0.1:" + port("postgres") + "/culvert",
                "DB_USER", schema + "_app",
                "DB_PASSWORD", roles.get("appPassword").asString(),
                "DB_OWNER_USER", schema + "_owner",
                "DB_OWNER_PASSWORD", roles.get("ownerPassword").asString());
    }

    Path log(String name) {
        return logs.resolve(name + ".log").toAbsolutePath();
    }

    /** One more of what the suite runs, by the same command but for what becomes of its arguments. */
    Process start(String service, Map<String, String> environment, String log, UnaryOperator<String> argument)
            throws IOException, InterruptedException {
        ProcessHandle.Info like = ProcessHandle.of(
                        suite.process(service).get("pid").asLong())
                .orElseThrow()
                .info();
        List<String> command = new ArrayList<>();
        command.add(like.command().orElseThrow());
        List.of(like.arguments().orElseThrow()).forEach(one -> command.add(argument.apply(one)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(suite.data().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(log).toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Waits until a process answers at an address that it is ready. */
    void awaitReady(URI address, Process process) {
        await().atMost(START).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("It ended while it started; see " + logs.toAbsolutePath());
            }
            return isReady(address.resolve("/health/ready"));
        });
    }

    private static boolean isReady(URI health) throws IOException {
        HttpURLConnection asked = (HttpURLConnection) health.toURL().openConnection();
        try {
            if (asked.getResponseCode() != HttpURLConnection.HTTP_OK) {
                return false;
            }
            try (InputStream body = asked.getInputStream()) {
                return body.readAllBytes().length > 0;
            }
        } catch (ConnectException e) {
            return false;
        } finally {
            asked.disconnect();
        }
    }

    private String port(String name) {
        return ports.get(name).asString();
    }
}
