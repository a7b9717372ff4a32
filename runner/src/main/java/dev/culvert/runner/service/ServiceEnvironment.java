package dev.culvert.runner.service;

import dev.culvert.runner.home.Secrets;
import dev.culvert.runner.store.PostgresServer;
import dev.culvert.runner.store.Schemas;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The environment variables of the services on this machine. */
public final class ServiceEnvironment {

    private static final String LOCAL = "http://127.0.0.1:";
    private static final String REPLICA_NAME = "CULVERT_TUNNEL_REPLICA_NAME";
    private static final Set<String> SWITCHES =
            Set.of("CULVERT_", "SPRING_", "SERVER_", "MANAGEMENT_", "LOGGING_", "SPRINGDOC_");
    private static final Set<String> OF_THE_COMMANDS = Set.of(
            "CULVERT_DATA",
            "CULVERT_SERVER",
            "CULVERT_API_KEY",
            "CULVERT_ADMIN_PASSWORD",
            "CULVERT_JAVA_HOME",
            "CULVERT_JAVA_OPTIONS");

    private final Map<String, Integer> ports;
    private final Secrets secrets;
    private final String gatewayBindAddress;
    private final String publicUrl;

    /**
     * @param gatewayBindAddress where the gateway listens; everything else stays on the loopback address
     * @param publicUrl how clients reach the gateway, which is also the issuer of tokens
     */
    public ServiceEnvironment(
            Map<String, Integer> ports, Secrets secrets, String gatewayBindAddress, String publicUrl) {
        this.ports = Map.copyOf(ports);
        this.secrets = secrets;
        this.gatewayBindAddress = gatewayBindAddress;
        this.publicUrl = publicUrl;
    }

    public Map<String, String> of(ServiceDefinition service) {
        var environment = new HashMap<>(shared());
        boolean gateway = service.equals(ServiceDefinition.GATEWAY);
        environment.put("PORT", port(service.port()));
        environment.put("BIND_ADDRESS", gateway ? gatewayBindAddress : "127.0.0.1");
        service.dataPort()
                .ifPresent(name ->
                        environment.put(service.port().toUpperCase(java.util.Locale.ROOT) + "_DATA_PORT", port(name)));
        service.schema().ifPresent(schema -> environment.putAll(database(schema)));
        boolean tunnel = service.name().equals("tunnel-service");
        if (gateway || tunnel) {
            environment.put("USAGE_SPOOL_DIR", "spool"); // in the data folder, where services run
        }
        if (tunnel) {
            environment.put(REPLICA_NAME, "one-machine"); // stays, while ports may change
        }
        if (service.name().equals("auth-service")) {
            environment.put("INITIAL_ADMIN_PASSWORD", secrets.adminPassword());
            forOneMachine()
                    .forEach((name, value) ->
                            environment.put(name, System.getenv().getOrDefault(name, value)));
        }
        return environment;
    }

    /**
     * What the user's shell says that can decide which beans a service has: variables that Spring reads as properties by their
     * names. Everything else, addresses for example, beans are given when they are made.
     */
    static String switches() {
        return System.getenv().entrySet().stream()
                .filter(variable -> SWITCHES.stream().anyMatch(variable.getKey()::startsWith)
                        && !OF_THE_COMMANDS.contains(variable.getKey()))
                .map(Map.Entry::toString)
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /** A run that only warms up: it must not meet the ports of the running service. */
    public Map<String, String> forTraining(ServiceDefinition service) {
        var environment = new HashMap<>(of(service));
        environment.put("PORT", "0");
        environment.computeIfPresent(REPLICA_NAME, (_, _) -> "training");
        environment.computeIfPresent("TUNNEL_DATA_PORT", (_, _) -> "0");
        environment.computeIfPresent("PROXY_DATA_PORT", (_, _) -> "0");
        return environment;
    }

    private Map<String, String> shared() {
        return Map.ofEntries(
                Map.entry("MALLOC_ARENA_MAX", "2"),
                Map.entry("PUBLIC_URL", publicUrl),
                Map.entry("SECRET_KEY", secrets.secretKey()),
                Map.entry("REDIS_URL", "redis://:" + secrets.redisPassword() + "@127.0.0.1:" + port("redis")),
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + port("kafka")),
                Map.entry("SMTP_HOST", "127.0.0.1"),
                Map.entry("SMTP_PORT", port("smtp")),
                Map.entry("MAIL_FROM", "Culvert <no-reply@culvert.localhost>"),
                Map.entry("OUTBOUND_ALLOWED", "127.0.0.1:" + port("demo-receiver")),
                Map.entry("LOG_FORMAT", System.getenv().getOrDefault("LOG_FORMAT", "plain")),
                Map.entry("AUTH_JWKS_URL", LOCAL + port("auth") + "/.well-known/jwks.json"),
                Map.entry("GATEWAY_SERVICE_URL", LOCAL + port("gateway")),
                Map.entry("AUTH_SERVICE_URL", LOCAL + port("auth")),
                Map.entry("USER_SERVICE_URL", LOCAL + port("user")),
                Map.entry("TUNNEL_SERVICE_URL", LOCAL + port("tunnel")),
                Map.entry("TUNNEL_DATA_URL", LOCAL + port("tunnel-data")),
                Map.entry("PROXY_SERVICE_URL", LOCAL + port("proxy")),
                Map.entry("PROXY_DATA_URL", LOCAL + port("proxy-data")),
                Map.entry("WEBHOOK_SERVICE_URL", LOCAL + port("webhook")),
                Map.entry("ADMIN_SERVICE_URL", LOCAL + port("admin")));
    }

    /**
     * What differs from an installation that others reach: the demo signs in as administrator without a phone at hand, and
     * everybody here comes from one address.
     */
    private static Map<String, String> forOneMachine() {
        return Map.of(
                "CULVERT_AUTH_SECONDFACTOR_REQUIREDFORADMINISTRATORS", "false",
                "CULVERT_AUTH_APIKEY_CREATIONSPERHOUR", "1000");
    }

    private Map<String, String> database(String schema) {
        Secrets.Roles roles = secrets.rolesOf(schema);
        return Map.of(
                "DB_URL",
                "jdbc:postgresql://127.0.0.1:" + port(PostgresServer.NAME) + "/" + Schemas.DATABASE,
                "DB_USER",
                schema + "_app",
                "DB_PASSWORD",
                roles.appPassword(),
                "DB_OWNER_USER",
                schema + "_owner",
                "DB_OWNER_PASSWORD",
                roles.ownerPassword(),
                "DB_POOL_MIN",
                "2",
                "DB_POOL_MAX",
                "10");
    }

    private String port(String name) {
        Integer port = ports.get(name);
        if (port == null) {
            throw new IllegalArgumentException("No port was chosen for " + name);
        }
        return port.toString();
    }
}
