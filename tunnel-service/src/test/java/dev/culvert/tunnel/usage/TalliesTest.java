package dev.culvert.tunnel.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Protocol;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts that outlive their process (R4.6). */
class TalliesTest {
    private static final UUID TUNNEL = new UUID(1, 1);
    private static final UUID TENANT = new UUID(2, 2);
    private static final UUID USER = new UUID(3, 3);

    @TempDir
    private Path folder;

    private static RequestStart request() {
        return new RequestStart(
                UUID.randomUUID(),
                TUNNEL,
                TENANT,
                USER,
                Protocol.HTTP_1_1,
                "test",
                "GET",
                "/",
                new DefaultHttpHeaders(),
                Instant.now(),
                Grant.OWNER,
                Optional.empty());
    }

    /** Counts without end, and says how far it is at least. */
    static final class Counting {
        @SuppressWarnings("SystemOut") // the parent reads it
        public static void main(String[] arguments) {
            Tally tally = new Tallies(Path.of(arguments[0]), 4).begin(request());
            for (long count = 1; ; count++) {
                tally.addOut(7);
                if (count % 1_000_000 == 0) {
                    System.out.println(7 * count);
                }
            }
        }
    }

    @Test
    void outliveAKillOfTheProcessToTheLastByteItCounted() throws Exception {
        Path file = folder.resolve("tallies");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Counting.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long said = 0;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            said = Long.parseLong(output.readLine());
        } finally {
            process.destroyForcibly().waitFor();
        }

        try (Tallies tallies = new Tallies(file, 4)) {
            assertThat(tallies.leftBehind()).singleElement().satisfies(tally -> {
                assertThat(tally.keyAt(Instant.EPOCH))
                        .isEqualTo(new UsageBatch.Key(TUNNEL, TENANT, USER, Instant.EPOCH));
                assertThat(tally.hasEnded()).isFalse();
            });
            assertThat(tallies.leftBehind().getFirst().newOut()).isGreaterThanOrEqualTo(said);
        }
    }

    @Test
    void areThoseOfOneReplica() throws Exception {
        Path file = folder.resolve("tallies");
        try (Tallies _ = new Tallies(file, 4)) {
            assertThatThrownBy(() -> new Tallies(file, 4))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("USAGE_SPOOL_DIR");
        }
        try (Tallies again = new Tallies(file, 4)) {
            assertThat(again.leftBehind()).isEmpty();
        }
    }

    @Test
    void startAnewWhereTheFileIsOfAnotherForm() throws IOException {
        Path file = folder.resolve("tallies");
        Files.write(
                file,
                "somebody else's, and long enough to be taken for a header of ours, or so it seems"
                        .getBytes(StandardCharsets.UTF_8));

        try (Tallies tallies = new Tallies(file, 4)) {
            assertThat(tallies.leftBehind()).isEmpty();
        }
    }

    @Test
    void doNotGiveAPlaceTwice() throws IOException {
        Path file = folder.resolve("tallies");
        try (Tallies tallies = new Tallies(file, 2)) {
            List<Tally> all = List.of(tallies.begin(request()), tallies.begin(request()), tallies.begin(request()));
            assertThat(all).extracting(Tally::outlivesTheProcess).containsExactly(true, true, false);

            all.forEach(Tally::free);
            all.forEach(tallies::giveBack);

            assertThat(tallies.begin(request()).outlivesTheProcess()).isTrue();
            assertThat(tallies.begin(request()).outlivesTheProcess()).isTrue();
            assertThat(tallies.begin(request()).outlivesTheProcess()).isFalse();
        }
    }
}
