package dev.culvert.runner.suite;

import static org.awaitility.Awaitility.await;

import dev.culvert.runner.command.Culvert;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Json;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.service.SampleBootJar;
import dev.culvert.runner.service.ServiceDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.springframework.boot.SpringApplicationAotProcessor;
import tools.jackson.databind.JsonNode;

/** The real runner with real stores and {@link StubService} in place of the seven services, in a folder of its own. */
final class TestingSuite {

    /** What a command printed and how it ended. */
    record Result(int code, String output) {}

    private final Path sources;
    private final List<Process> started = new ArrayList<>();
    private final int port;

    TestingSuite(Path folder) throws IOException {
        sources = folder;
        Path sql = Files.createDirectories(folder.resolve("deploy/postgres")).resolve("create-service.sql");
        Files.copy(Path.of("../deploy/postgres/create-service.sql"), sql);
        for (ServiceDefinition service : ServiceDefinition.ALL) {
            Path target = Files.createDirectories(folder.resolve(service.name()).resolve("target"));
            writeStub(target.resolve(service.name() + "-0.1.0-SNAPSHOT.jar"));
        }
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
    }

    private static void writeStub(Path jar) throws IOException {
        var contents = new HashMap<String, byte[]>();
        for (Class<?> stub : List.of(StubService.class, SpringApplicationAotProcessor.class)) {
            String entry = stub.getName().replace('.', '/') + ".class";
            try (InputStream in = stub.getClassLoader().getResourceAsStream(entry)) {
                contents.put(entry, in.readAllBytes());
            }
        }
        SampleBootJar.write(jar, StubService.class.getName(), contents, List.of());
    }

    int port() {
        return port;
    }

    Home home() {
        return new Home(sources.resolve(".culvert"));
    }

    SuiteState state() throws IOException {
        return SuiteState.read(home().stateFile());
    }

    ProcessIdentity process(String name) throws IOException {
        return state().process(name).orElseThrow().identity();
    }

    Result up(String... more) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of("up", "--detach", "--no-training", "--port", Integer.toString(port)));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    JsonNode status() throws IOException, InterruptedException {
        return Json.MAPPER.readTree(run("status", "--json").output());
    }

    /** Runs a command to its end. */
    Result run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(sources, "output", ".txt");
        Process process = start(output, arguments);
        int code = process.waitFor();
        return new Result(code, Files.readString(output));
    }

    /** Starts a command that stays. */
    Process start(Path output, String... arguments) throws IOException {
        var command = new ArrayList<>(Jvm.small(192));
        command.add("-Dculvert.home=" + sources);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Culvert.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().remove("CULVERT_DATA");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    void awaitReady() {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> state().phase() == SuiteState.Phase.READY
                        && StatusReport.of(state(), java.time.Clock.systemUTC()).ready());
    }

    /** Whether any command was given, so that there may be something to stop. */
    boolean wasStarted() {
        return !started.isEmpty();
    }

    void close() throws IOException, InterruptedException {
        run("down");
        for (Process process : started) {
            process.destroyForcibly();
        }
    }

    /** All that mentions the folder on its command line, which is everything the suite starts. */
    List<String> survivors() {
        String folder = sources.toString();
        return ProcessHandle.allProcesses()
                .filter(ProcessHandle::isAlive)
                .filter(handle -> handle.pid() != ProcessHandle.current().pid())
                .filter(handle -> commandLine(handle).contains(folder))
                .filter(handle -> ProcessIdentity.of(handle).isAlive())
                .map(TestingSuite::commandLine)
                .toList();
    }

    /** From /proc: {@link ProcessHandle.Info} leaves out long command lines. */
    private static String commandLine(ProcessHandle handle) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(handle.pid()), "cmdline"));
            return new String(bytes, StandardCharsets.UTF_8).replace('\0', ' ');
        } catch (IOException _) {
            return handle.info().commandLine().orElse("");
        }
    }
}
