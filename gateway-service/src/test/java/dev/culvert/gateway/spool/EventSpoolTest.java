package dev.culvert.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** What waits on disk, and what is lost of it when. */
class EventSpoolTest {
    @TempDir
    Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void writesWhatWasAddedToFilesThatMayBeSent() throws IOException {
        try (SpoolDirectory directory = new SpoolDirectory(folder)) {
            SpoolWriter writer = started(directory, 1000, DataSize.ofMegabytes(1));
            IntStream.range(0, 100).forEach(i -> writer.add(() -> event(i)));

            await().until(() -> !directory.ready().isEmpty());
            writer.stop();

            assertThat(numbers(directory)).containsExactlyElementsOf(upTo(100));
            assertThat(written()).isEqualTo(100);
            for (Path sent : directory.ready()) {
                directory.delete(sent);
            }
            assertThat(directory.bytes()).isZero();
        }
    }

    /** A process that is killed leaves a file that ends anywhere. */
    @Test
    void takesOverWhatAKilledGatewayLeftWithoutItsTornEnd() throws IOException {
        Path dead = Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        IntStream.range(0, 10).forEach(i -> event(i).writeTo(file));
        byte[] whole = file.toByteArray();
        Files.write(dead.resolve("000000000000.part"), Arrays.copyOf(whole, whole.length - 5));
        Files.write(dead.resolve("lock"), new byte[0]);

        try (SpoolDirectory living = new SpoolDirectory(folder);
                SpoolDirectory directory = new SpoolDirectory(folder)) {
            directory.takeOver();

            assertThat(numbers(directory)).containsExactlyElementsOf(upTo(9));
            assertThat(directory.bytes()).isEqualTo(whole.length - 5);
            assertThat(dead).doesNotExist();
            living.takeOver();
            assertThat(numbers(living)).as("of one that lives").isEmpty();
        }
    }

    @Test
    void readsUpToADamagedEvent() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        IntStream.range(0, 3).forEach(i -> event(i).writeTo(file));
        byte[] bytes = file.toByteArray();
        bytes[bytes.length / 2] ^= 1;
        ByteBuffer content = ByteBuffer.wrap(bytes);

        assertThat(numbers(content)).containsExactly(0);
        assertThat(content.hasRemaining()).isTrue();
    }

    @Test
    void losesTheNewestAndCountsThemWhenThereIsNoRoomLeft() throws IOException {
        try (SpoolDirectory directory = new SpoolDirectory(folder)) {
            SpoolWriter writer = started(directory, 10_000, DataSize.ofKilobytes(4));
            int added = 0;
            while (lost("spool_full") == 0) {
                int from = added;
                added += 50;
                IntStream.range(from, added).forEach(i -> writer.add(() -> event(i)));
                int all = added;
                await().until(() -> written() + lost("spool_full") == all);
            }
            writer.stop();

            List<Integer> kept = numbers(directory);
            assertThat(kept).isEqualTo(upTo(kept.size()));
            assertThat(lost("spool_full")).isEqualTo(added - kept.size());
        }
    }

    /** Whoever adds an event never waits for the disk. */
    @Test
    void countsWhatFindsNoPlaceInTheQueue() throws Exception {
        try (SpoolDirectory directory = new SpoolDirectory(folder)) {
            SpoolWriter writer = started(directory, 10, DataSize.ofMegabytes(1));
            CountDownLatch stuck = new CountDownLatch(1);
            CountDownLatch diskIsBack = new CountDownLatch(1);
            writer.add(() -> {
                stuck.countDown();
                waitFor(diskIsBack);
                return event(0);
            });
            stuck.await();

            IntStream.rangeClosed(1, 25).forEach(i -> writer.add(() -> event(i)));
            diskIsBack.countDown();
            writer.stop();

            assertThat(lost("queue_full")).isEqualTo(15);
            assertThat(numbers(directory)).isEqualTo(upTo(11));
        }
    }

    @Test
    void goesOnBehindAnEventThatCannotBeWritten() throws IOException {
        try (SpoolDirectory directory = new SpoolDirectory(folder)) {
            SpoolWriter writer = started(directory, 10, DataSize.ofMegabytes(1));
            writer.add(() -> event(0));
            writer.add(() -> {
                throw new IllegalStateException("no JSON for this");
            });
            writer.add(() -> event(1));
            writer.stop();

            assertThat(numbers(directory)).containsExactly(0, 1);
            assertThat(lost("unwritable")).isEqualTo(1);
        }
    }

    @Test
    void keepsAllOfAnEvent() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SpooledEvent sent =
                new SpooledEvent("topic", "schlüssel", Map.of("ce_id", "1", "ce_type", "é"), new byte[] {1, 2});
        sent.writeTo(file);

        SpooledEvent read = SpooledEvent.next(ByteBuffer.wrap(file.toByteArray()));

        assertThat(read).usingRecursiveComparison().isEqualTo(sent);
    }

    private double written() {
        return meters.counter("spool.events.written").count();
    }

    private double lost(String reason) {
        return meters.counter("spool.events.lost", "reason", reason).count();
    }

    private SpoolWriter started(SpoolDirectory directory, int queue, DataSize room) {
        SpoolProperties properties = new SpoolProperties(
                folder,
                queue,
                Duration.ofMillis(1),
                Duration.ofMillis(10),
                DataSize.ofKilobytes(1),
                Duration.ofMillis(50),
                room,
                "127.0.0.1:9");
        SpoolWriter writer = new SpoolWriter(properties, directory, new SpoolMetrics(meters, directory));
        writer.start();
        return writer;
    }

    private static SpooledEvent event(int number) {
        return new SpooledEvent(
                "topic", "key", Map.of("ce_id", "x"), Integer.toString(number).getBytes(StandardCharsets.UTF_8));
    }

    private static List<Integer> upTo(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    private static List<Integer> numbers(SpoolDirectory directory) throws IOException {
        List<Integer> found = new ArrayList<>();
        for (Path file : directory.ready()) {
            found.addAll(numbers(ByteBuffer.wrap(Files.readAllBytes(file))));
        }
        return found;
    }

    private static List<Integer> numbers(ByteBuffer content) {
        List<Integer> found = new ArrayList<>();
        for (SpooledEvent event = SpooledEvent.next(content); event != null; event = SpooledEvent.next(content)) {
            found.add(Integer.valueOf(new String(event.data(), StandardCharsets.UTF_8)));
        }
        return found;
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
