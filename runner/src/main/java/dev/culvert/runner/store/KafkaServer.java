package dev.culvert.runner.store;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Fingerprint;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Ports;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import dev.culvert.runner.process.Trainable;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
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
public final class KafkaServer implements Component, Trainable {

    private static final List<String> FLAGS = Jvm.small(160);
    private static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_ARENA_MAX", "2");

    private final Home home;
    private final int port;
    private final int controllerPort;

    public KafkaServer(Home home, int port, int controllerPort) {
        this.home = home;
        this.port = port;
        this.controllerPort = controllerPort;
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
        writeConfiguration(configuration(), home.kafka(), port, controllerPort);
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

    private static void writeConfiguration(Path file, Path data, int port, int controllerPort) throws IOException {
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
                Map.entry("log.dirs", data.toString()),
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
        Home.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Path configuration() {
        return home.root().resolve("kafka.properties");
    }

    @Override
    public ProcessSpec spec() {
        var command = new ArrayList<>(FLAGS);
        if (Files.exists(aotCache())) {
            command.add("-XX:AOTCache=" + aotCache());
        }
        command.addAll(broker(configuration()));
        return new ProcessSpec(command, ENVIRONMENT, home.root(), home.log(name()));
    }

    private static List<String> broker(Path configuration) {
        return List.of("-cp", Jvm.classPath(), KafkaBroker.class.getName(), configuration.toString());
    }

    @Override
    public Path aotCache() {
        try {
            String jar = Fingerprint.of(Path.of(Jvm.classPath().split(File.pathSeparator, 2)[0]));
            String key = Fingerprint.of(jar, Jvm.version(), String.join(" ", FLAGS));
            return home.cache().resolve(name() + "-" + key + ".aot");
        } catch (IOException e) {
            throw new UncheckedIOException("The runner's own class path is gone", e);
        }
    }

    /** A broker of its own, with empty data and other ports, that ends when it has started. */
    @Override
    public ProcessSpec trainingSpec(Path output, List<String> lowPriority) throws IOException {
        Path data = home.cache().resolve("kafka-training");
        Home.deleteTree(data);
        Path configuration = home.cache().resolve("kafka-training.properties");
        Map<String, Integer> ports =
                new Ports(Map.of()).free("kafka").free("controller").chosen();
        writeConfiguration(configuration, data, ports.getOrDefault("kafka", 0), ports.getOrDefault("controller", 0));
        var command = new ArrayList<>(lowPriority);
        command.addAll(FLAGS);
        command.add("-XX:AOTCacheOutput=" + output);
        command.add("-D" + KafkaBroker.TRAINING + "=true");
        command.addAll(broker(configuration));
        return new ProcessSpec(command, ENVIRONMENT, home.root(), home.log("training"));
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
