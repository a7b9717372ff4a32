package dev.culvert.runner.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Ports;
import dev.culvert.runner.home.Secrets;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.Stopper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each store is killed with signal 9 after it acknowledged a write, and must still have it. */
class StoresIT {

    private static final Path CREATE_SERVICE = Path.of("../deploy/postgres/create-service.sql");

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();
    private Home home;
    private Map<String, Integer> ports;

    @BeforeEach
    void choosePorts() throws IOException {
        home = Home.open(folder.resolve("data"));
        ports = new Ports(Map.of())
                .free("postgres")
                .free("redis")
                .free("kafka")
                .free("controller")
                .chosen();
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Process process : started) {
            Stopper.stop(ProcessIdentity.of(process.toHandle()), Stopper.Signal.INT, Duration.ofSeconds(10));
        }
    }

    @Test
    void postgresKeepsCommittedRowsThroughAKillAndSaysItIsDurable() throws Exception {
        var postgres = new PostgresServer(home, ports.get("postgres"), "a password");
        Process first = start(postgres);
        assertThat(setting(postgres, "fsync")).isEqualTo("on");
        assertThat(setting(postgres, "synchronous_commit")).isEqualTo("on");
        assertThat(setting(postgres, "full_page_writes")).isEqualTo("on");
        assertThat(setting(postgres, "data_checksums")).isEqualTo("on");
        execute(postgres, "CREATE TABLE kept (n int)");
        execute(postgres, "INSERT INTO kept SELECT generate_series(1, 1000)");

        first.destroyForcibly().waitFor();
        start(postgres);

        assertThat(query(postgres, "SELECT count(*) FROM kept")).isEqualTo("1000");
    }

    @Test
    void postgresStartsThoughItsOldNumberNowBelongsToAStranger() throws Exception {
        var postgres = new PostgresServer(home, ports.get("postgres"), "a password");
        start(postgres).destroyForcibly().waitFor();
        Path lockFile = home.postgres().resolve("postmaster.pid");
        String stranger = Long.toString(ProcessHandle.current().pid());
        Files.writeString(lockFile, Files.readString(lockFile).replaceFirst("^\\d+", stranger));

        start(postgres);

        assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
    }

    @Test
    void theSchemasOfAllServicesAreMadeAndMayBeMadeAgain() throws Exception {
        var postgres = new PostgresServer(home, ports.get("postgres"), "a password");
        start(postgres);
        Secrets secrets = Secrets.loadOrGenerate(home.secretsFile(), Schemas.ALL);
        var schemas = new Schemas(CREATE_SERVICE);

        schemas.create(postgres, secrets);
        schemas.create(postgres, secrets);

        for (String schema : Schemas.ALL) {
            String url = "jdbc:postgresql://127.0.0.1:" + ports.get("postgres") + "/culvert";
            String password = secrets.rolesOf(schema).appPassword();
            try (Connection connection = java.sql.DriverManager.getConnection(url, schema + "_app", password)) {
                assertThat(connection.getSchema()).isEqualTo(schema);
            }
        }
    }

    @Test
    void tornPostgresDataIsRefusedWithAWayOut() throws Exception {
        Files.createDirectories(home.postgres());
        Files.writeString(home.postgres().resolve("PG_VERSION"), "18\n");
        var postgres = new PostgresServer(home, ports.get("postgres"), "a password");

        assertThatThrownBy(postgres::prepare)
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("global/pg_control")
                .hasMessageContaining("./culvert reset");
    }

    @Test
    void aFirstStartThatWasKilledHalfWayIsRepeated() throws Exception {
        Path halfWritten = home.root().resolve("postgres.unfinished/base");
        Files.createDirectories(halfWritten);
        Files.createDirectories(home.root().resolve("kafka.unfinished"));
        var postgres = new PostgresServer(home, ports.get("postgres"), "a password");

        start(postgres);

        assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
        assertThat(halfWritten).doesNotExist();
    }

    @Test
    void redisKeepsAcknowledgedWritesThroughAKillAndWantsItsPassword() throws Exception {
        var redis = new RedisServer(home, ports.get("redis"), "secret");
        Process first = start(redis);
        assertThat(redis(false, "GET kept")).startsWith("-NOAUTH");
        assertThat(redis(true, "SET kept 42")).isEqualTo("+OK");

        first.destroyForcibly().waitFor();
        start(redis);

        assertThat(redis(true, "GET kept")).isEqualTo("$2");
        assertThat(Files.readString(home.redis().resolve("redis.conf"))).contains("appendonly yes");
    }

    @Test
    void kafkaKeepsAcknowledgedRecordsThroughAKill() throws Exception {
        KafkaServer kafka = kafka();
        Process first = start(kafka);
        send("kept", "an event");

        first.destroyForcibly().waitFor();
        start(kafka);

        assertThat(firstRecord("kept")).isEqualTo("an event");
    }

    @Test
    void tornKafkaDataIsRefusedWithAWayOut() throws Exception {
        Files.createDirectories(home.kafka());
        Files.writeString(home.kafka().resolve("meta.properties"), "version=1\nclust");

        assertThatThrownBy(kafka()::prepare).isInstanceOf(Refusal.class).hasMessageContaining("meta.properties");
    }

    private KafkaServer kafka() {
        return new KafkaServer(home, ports.get("kafka"), ports.get("controller"));
    }

    private Process start(Component component) throws IOException, InterruptedException {
        component.prepare();
        Process process = new Launcher().start(component.spec());
        started.add(process);
        await().alias(component.name() + " is ready")
                .atMost(Duration.ofSeconds(60))
                .failFast(() -> !process.isAlive())
                .until(component::isReady);
        return process;
    }

    private static String setting(PostgresServer postgres, String name) throws SQLException {
        return query(postgres, "SHOW " + name);
    }

    private static void execute(PostgresServer postgres, String sql) throws SQLException {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(PostgresServer postgres, String sql) throws SQLException {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private String redis(boolean signedIn, String command) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), ports.get("redis"))) {
            String lines = (signedIn ? "AUTH secret\r\n" : "") + command + "\r\n";
            socket.getOutputStream().write(lines.getBytes(StandardCharsets.US_ASCII));
            var reader = new java.io.BufferedReader(
                    new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            if (signedIn) {
                assertThat(reader.readLine()).isEqualTo("+OK");
            }
            return reader.readLine();
        }
    }

    private void send(String topic, String value) throws InterruptedException, ExecutionException {
        try (var producer = new KafkaProducer<>(client(), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, "key", value)).get();
        }
    }

    private String firstRecord(String topic) {
        try (var consumer = new KafkaConsumer<>(client(), new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return await().atMost(Duration.ofSeconds(30))
                    .until(() -> consumer.poll(Duration.ofSeconds(1)), records -> !records.isEmpty())
                    .iterator()
                    .next()
                    .value();
        }
    }

    private Properties client() {
        var properties = new Properties();
        properties.setProperty("bootstrap.servers", "127.0.0.1:" + ports.get("kafka"));
        return properties;
    }
}
