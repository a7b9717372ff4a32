package dev.culvert.testing;

import java.util.function.Function;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The same three stores from container images, for machines with Docker: {@code -Dculvert.testing.containers=true}.
 * Testcontainers removes them when the JVM ends.
 */
final class TestingContainers {

    private TestingContainers() {}

    static boolean wanted() {
        return Boolean.getBoolean("culvert.testing.containers");
    }

    static TestingPostgres postgres(PostgresFactory factory) {
        PostgreSQLContainer container = new PostgreSQLContainer("postgres:18-alpine");
        container.start();
        String serverUrl = "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(5432) + "/";
        return factory.create(serverUrl, container.getUsername(), container.getPassword());
    }

    static TestingRedis redis(RedisFactory factory) {
        GenericContainer<?> container = new GenericContainer<>("redis:7-alpine").withExposedPorts(6379);
        container.start();
        return factory.create(container.getHost(), container.getMappedPort(6379));
    }

    static TestingKafka kafka(Function<String, TestingKafka> factory) {
        KafkaContainer container = new KafkaContainer("apache/kafka:4.2.1");
        container.start();
        return factory.apply(container.getBootstrapServers());
    }

    interface PostgresFactory {
        TestingPostgres create(String serverUrl, String adminUser, String adminPassword);
    }

    interface RedisFactory {
        TestingRedis create(String host, int port);
    }
}
