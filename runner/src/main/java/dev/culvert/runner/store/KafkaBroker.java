package dev.culvert.runner.store;

import dev.culvert.runner.home.Home;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** The child JVM that is Kafka. Argument: its properties file. */
final class KafkaBroker {

    /** Set in a run that only writes an ahead-of-time cache: ends when everything is started. */
    static final String TRAINING = "culvert.training";

    private KafkaBroker() {}

    public static void main(String[] arguments) throws IOException {
        Path configuration = Path.of(arguments[0]);
        Properties properties = read(configuration);
        Path data = Path.of(properties.getProperty("log.dirs"));
        if (!Files.exists(data)) {
            format(properties, data);
        }
        var server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "kafka-shutdown"));
        server.startup();
        if (Boolean.getBoolean(TRAINING)) {
            System.exit(0);
        }
        server.awaitShutdown();
    }

    /** Formatted beside its place and moved there when complete, so a killed first start is simply repeated. */
    private static void format(Properties properties, Path data) throws IOException {
        Path unfinished = data.resolveSibling(data.getFileName() + ".unfinished");
        Home.deleteTree(unfinished);
        var formatting = new Properties();
        formatting.putAll(properties);
        formatting.setProperty("log.dirs", unfinished.toString());
        Path file = data.resolveSibling("kafka-format.properties");
        var text = new StringWriter();
        formatting.store(text, null);
        Home.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        int code = StorageTool.execute(
                new String[] {
                    "format", "--standalone", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString()
                },
                System.out);
        Files.delete(file);
        if (code != 0) {
            throw new IOException("Formatting the Kafka folder failed with code " + code);
        }
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Properties read(Path file) throws IOException {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
