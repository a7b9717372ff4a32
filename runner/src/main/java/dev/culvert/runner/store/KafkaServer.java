package dev.culvert.runner.store;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Kafka in KRaft mode, one node that is broker and controller, in a JVM of its own. */
public final class KafkaServer implements Component {

    private final Home home;
    private final int port;
    private final int controllerPort;
    private final List<String> java;

    /** @param java the command that starts a JVM with the wanted flags and this class path */
    public KafkaServer(Home home, int port, int controllerPort, List<String> java) {
        this.home = home;
        this.port = port;
        this.controllerPort = controllerPort;
        this.java = List.copyOf(java);
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void prepare() throws IOException {
        if (Files.exists(home.kafka())) {
            refuseTornData();
        }
        Home.replace(configuration(), propertiesText().getBytes(StandardCharsets.UTF_8));
    }

    private void refuseTornData() throws IOException {
        var meta = new Properties();
        Path file = home.kafka().resolve("meta.properties");
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                meta.load(reader);
            }
        }
        if (meta.getProperty("cluster.id") == null || meta.getProperty("node.id") == null) {
            throw new Refusal(
                    "The Kafka data in %s is incomplete (meta.properties is missing or cut off): put a backup there, or"
                                    .formatted(home.kafka())
                            + " move the folder away; events not yet delivered from it are then lost, everything else stays.");
        }
    }

    private String propertiesText() throws IOException {
        var properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("listeners", "CLIENTS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
                Map.entry("advertised.listeners", "CLIENTS://127.0.0.1:" + port),
                Map.entry("listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("inter.broker.listener.name", "CLIENTS"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort),
                Map.entry("log.dirs", home.kafka().toString()),
                Map.entry("num.partitions", "3"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // One node has no second copy to rely on: what a broker usually leaves to replication is flushed here.
                Map.entry("log.flush.interval.ms", "1000"),
                Map.entry("log.segment.bytes", Integer.toString(128 << 20)),
                Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20)),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "4"),
                Map.entry("background.threads", "2")));
        var text = new StringWriter();
        properties.store(text, null);
        return text.toString();
    }

    private Path configuration() {
        return home.root().resolve("kafka.properties");
    }

    @Override
    public ProcessSpec spec() {
        var command = new ArrayList<>(java);
        command.addAll(List.of(KafkaBroker.class.getName(), configuration().toString()));
        return new ProcessSpec(command, Map.of("MALLOC_ARENA_MAX", "2"), home.root(), home.log(name()));
    }

    /** The broker opens its port for clients only after the controller has admitted it. */
    @Override
    public boolean isReady() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public Stopper.Signal stopSignal() {
        return Stopper.Signal.TERM;
    }

    @Override
    public Duration stopGrace() {
        return Duration.ofSeconds(20);
    }

    @Override
    public String adviceFrom(String lastLogLines) {
        if (lastLogLines.contains("No space left on device")) {
            return "the disk is full: free some space and start again.";
        }
        return lastLogLines
                .lines()
                .filter(line -> line.contains("Exception") || line.contains("ERROR"))
                .reduce((_, last) -> last)
                .orElse("see its log.");
    }
}
