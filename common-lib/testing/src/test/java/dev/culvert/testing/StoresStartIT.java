package dev.culvert.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class StoresStartIT {

    @Test
    void givesAServiceItsSchemaAndRoles() throws SQLException {
        TestingPostgres postgres = TestingPostgres.shared();

        postgres.createService("sample");
        postgres.createService("sample");

        try (Connection app = postgres.appConnection("sample");
                ResultSet row = app.createStatement().executeQuery("SELECT current_user, current_schema, version()")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("sample_app");
            assertThat(row.getString(2)).isEqualTo("sample");
            assertThat(row.getString(3)).startsWith("PostgreSQL 18");
        }
    }

    @Test
    void answersRedisCommands() throws IOException {
        URI redis = URI.create(TestingRedis.shared().url());

        try (Socket socket = new Socket(redis.getHost(), redis.getPort())) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void keepsKafkaRecordsOverARestart() throws Exception {
        try (TestingKafka kafka = TestingKafka.start()) {
            send(kafka, "before");
            kafka.stop();
            kafka.restart();
            send(kafka, "after");

            assertThat(received(kafka, 2)).containsExactly("before", "after");
        }
    }

    private static void send(TestingKafka kafka, String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("sample", "key", value)).get();
        }
    }

    private static List<String> received(TestingKafka kafka, int count) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", "g", "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(List.of("sample"));
            List<String> values = new java.util.ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }
}
