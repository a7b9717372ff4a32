package dev.culvert.runner.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.runner.home.Secrets;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.service.ServiceDefinition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The life of a suite as its user commands it, over real processes. */
class SuiteIT {

    /** For stories that begin with a running suite, however the story before them ended. */
    private static TestingSuite shared;

    @TempDir
    private Path folder;

    /** For stories that begin with nothing. */
    private TestingSuite suite;

    @BeforeAll
    static void prepareShared(@TempDir Path folder) throws IOException {
        shared = new TestingSuite(folder);
    }

    @AfterAll
    static void stopShared() throws IOException, InterruptedException {
        shared.close();
    }

    @BeforeEach
    void prepare() throws IOException {
        suite = new TestingSuite(folder);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        if (suite.wasStarted()) {
            suite.close();
        }
    }

    @Test
    void startsShowsItselfAndLeavesNoProcessBehind() throws Exception {
        TestingSuite.Result first = suite.up();

        assertThat(first.code()).as(first.output()).isZero();
        String password = Secrets.read(suite.home().secretsFile()).adminPassword();
        assertThat(first.output()).contains("http://127.0.0.1:" + suite.port()).contains(password);
        assertThat(Files.readString(suite.home().log("runner"))).doesNotContain(password);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(suite.home().root())))
                .isEqualTo("rwx------");

        JsonNode status = suite.status();
        assertThat(status.path("ready").asBoolean()).isTrue();
        assertThat(status.path("processes")
                        .valueStream()
                        .map(p -> p.path("name").asString()))
                .containsAll(ServiceDefinition.ALL.stream()
                        .map(ServiceDefinition::name)
                        .toList())
                .contains("runner", "postgres", "redis", "kafka");
        assertThat(status.path("processes").valueStream())
                .allSatisfy(p -> assertThat(p.path("rssBytes").asLong()).isPositive());

        TestingSuite.Result second = suite.up();
        assertThat(second.code()).isZero();
        assertThat(second.output()).contains("already running").doesNotContain(password);

        assertThat(suite.run("down").code()).isZero();
        assertThat(suite.survivors()).isEmpty();
        assertThat(suite.run("status").output()).contains("stopped");
    }

    @Test
    void startsKilledProcessesAgain() throws Exception {
        assertThat(shared.up().code()).isZero();

        for (String name : new String[] {"tunnel-service", "redis", "kafka", "postgres"}) {
            ProcessIdentity killed = shared.process(name);
            int restarts = shared.state().process(name).orElseThrow().restarts();
            killed.find().orElseThrow().destroyForcibly();

            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> !killed.equals(shared.process(name)) && shared.process(name) != null);
            shared.awaitReady();
            assertThat(shared.state().process(name).orElseThrow().restarts()).isEqualTo(restarts + 1);
            assertThat(shared.state().process(name).orElseThrow().detail()).startsWith("killed by signal 9");
        }
    }

    @Test
    void takesOverWhatAKilledRunnerLeft() throws Exception {
        assertThat(shared.up().code()).isZero();
        SuiteState before = shared.state();
        before.runner().find().orElseThrow().destroyForcibly();
        await().until(() -> !before.runner().isAlive());
        assertThat(shared.process("kafka").isAlive()).isTrue();

        TestingSuite.Result again = shared.up();

        assertThat(again.code()).as(again.output()).isZero();
        assertThat(before.processes()).noneMatch(process -> process.identity().isAlive());
        assertThat(shared.state().ports()).isEqualTo(before.ports());
        assertThat(shared.status().path("ready").asBoolean()).isTrue();
    }

    @Test
    void downStopsWhatAKilledRunnerLeft() throws Exception {
        assertThat(shared.up().code()).isZero();
        shared.state().runner().find().orElseThrow().destroyForcibly();

        assertThat(shared.run("down").output()).contains("stopped");

        assertThat(shared.survivors()).isEmpty();
    }

    @Test
    void stopsEverythingOnAnInterruptWhileStarting() throws Exception {
        Process up =
                suite.start(folder.resolve("up.txt"), "up", "--no-training", "--port", Integer.toString(suite.port()));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> suite.state().process("postgres").isPresent());

        new ProcessBuilder("kill", "-INT", Long.toString(up.pid())).start().waitFor();

        assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(suite.survivors()).isEmpty();
        assertThat(suite.state().phase()).isEqualTo(SuiteState.Phase.STOPPED);
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (var _ = new ServerSocket(suite.port(), 1, InetAddress.getLoopbackAddress())) {
            TestingSuite.Result result = suite.up();

            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output().lines().toList().getLast())
                    .contains("Port " + suite.port())
                    .contains("--port N");
        }
    }

    @Test
    void failsWithTheReasonOfTheServiceThatDoesNotStart() throws Exception {
        Files.createDirectories(suite.home().root());
        Files.createFile(suite.home().root().resolve("broken"));

        TestingSuite.Result result = suite.up();

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output().lines().toList().getLast()).contains("The stub was told to be broken.");
        assertThat(suite.survivors()).isEmpty();
    }

    @Test
    void makesCachesAfterwardsAndUsesThemAtTheNextStart() throws Exception {
        assertThat(suite.run("up", "--detach", "--port", Integer.toString(suite.port()))
                        .code())
                .isZero();
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(500))
                .until(this::hasCacheOfGateway);
        suite.run("down");

        assertThat(suite.up().code()).isZero();

        String command = suite.process("gateway-service")
                .find()
                .orElseThrow()
                .info()
                .commandLine()
                .orElseThrow();
        assertThat(command).contains("-XX:AOTCache=").contains("gateway-service-");
    }

    @Test
    void resetDeletesAllDataButNotUnderARunningSuite() throws Exception {
        assertThat(shared.up().code()).isZero();
        assertThat(shared.run("reset", "--yes").output()).contains("./culvert down");
        shared.run("down");

        assertThat(shared.run("reset", "--yes").code()).isZero();

        assertThat(shared.home().root()).doesNotExist();
    }

    /** Kafka's is left out: its class path holds folders in a test, of which the JVM makes no cache. */
    private boolean hasCacheOfGateway() throws IOException {
        try (Stream<Path> files = Files.list(suite.home().cache())) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.startsWith("gateway-service-") && name.endsWith(".aot"));
        }
    }
}
