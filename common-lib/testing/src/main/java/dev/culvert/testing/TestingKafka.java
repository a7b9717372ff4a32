package dev.culvert.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker in KRaft mode inside this JVM; topics are created when first used. The {@linkplain #shared() shared}
 * one must not be stopped.
 */
public final class TestingKafka implements AutoCloseable {

    private final String bootstrapServers;
    private final Optional<Properties> settings;
    private Optional<KafkaRaftServer> running = Optional.empty();

    private TestingKafka(String bootstrapServers, Optional<Properties> settings) {
        this.bootstrapServers = bootstrapServers;
        this.settings = settings;
    }

    public static TestingKafka shared() {
        return Shared.INSTANCE;
    }

    /** A broker of one's own, for tests that take it away. Always inside this JVM, never a container. */
    public static TestingKafka start() {
        TestingKafka broker = create();
        broker.restart();
        return broker;
    }

    /** Like {@link #start()}, but not reachable before {@link #restart()}. */
    public static TestingKafka create() {
        try {
            Path directory = Files.createTempDirectory("culvert-kafka");
            int port = LocalPorts.free();
            Properties settings = settings(directory, port, LocalPorts.free());
            format(directory);
            TestingKafka broker = new TestingKafka("127.0.0.1:" + port, Optional.of(settings));
            TemporaryDirectory.atExit(broker::stop, directory);
            return broker;
        } catch (IOException e) {
            throw new UncheckedIOException("Kafka cannot be prepared", e);
        }
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Takes the broker away; {@link #restart()} brings it back with its records on the same port. */
    public synchronized void stop() {
        running.ifPresent(server -> {
            server.shutdown();
            server.awaitShutdown();
        });
        running = Optional.empty();
    }

    public synchronized void restart() {
        stop();
        running = settings.map(properties -> {
            KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
            server.startup();
            return server;
        });
    }

    @Override
    public void close() {
        stop();
    }

    private static Properties settings(Path directory, int port, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("log.dirs", directory.toString());
        p.setProperty("auto.create.topics.enable", "true");
        p.setProperty("num.partitions", "3");
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("transaction.state.log.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "1");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        // A consumer gets its partitions at once instead of after 3 s.
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        // The cleaner would take 128 MB for records that no test keeps long enough to clean.
        p.setProperty("log.cleaner.enable", "false");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "2");
        p.setProperty("background.threads", "2");
        return p;
    }

    private static void format(Path directory) {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(1)
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setMetadataLogDirectory(directory.toString())
                    .setDirectories(List.of(directory.toString()))
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("Kafka cannot format " + directory, e);
        }
    }

    private static final class Shared {
        static final TestingKafka INSTANCE = TestingContainers.wanted()
                ? TestingContainers.kafka(servers -> new TestingKafka(servers, Optional.empty()))
                : start();
    }
}
