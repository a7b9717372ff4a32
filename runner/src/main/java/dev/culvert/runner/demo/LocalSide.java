package dev.culvert.runner.demo;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.process.LogFile;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What runs at a user's home: the sample model server and an agent beside it, as processes of their own. */
final class LocalSide implements AutoCloseable {

    private final Home home;
    private final Path sources;
    private final List<Process> processes = new ArrayList<>();
    private final Thread hook = new Thread(this::stopAll, "stop-local-side");

    LocalSide(Home home, Path sources) {
        this.home = home;
        this.sources = sources;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts the model server and returns its port. */
    int startModelServer() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start("demo-model-server", "examples", List.of("--port", Integer.toString(port)), Map.of());
        return port;
    }

    /** The key goes through the environment: a command line can be read by every user of the machine. */
    void startAgent(String server, String tunnel, String target, String apiKey) throws IOException {
        start(
                "demo-agent",
                "agent",
                List.of("--tunnel", tunnel, "--to", target, "--server", server),
                Map.of("CULVERT_API_KEY", apiKey));
    }

    /** Ends the demo with the last line of a process that has ended. */
    void requireAlive() throws IOException {
        for (Process process : processes) {
            if (!process.isAlive()) {
                List<String> lines = new ArrayList<>(LogFile.tail(home.log("demo-agent"), 1));
                lines.addAll(LogFile.tail(home.log("demo-model-server"), 1));
                throw new Refusal("The agent or the model server ended: " + String.join(" / ", lines));
            }
        }
    }

    private synchronized void start(String name, String module, List<String> arguments, Map<String, String> environment)
            throws IOException {
        var command = new ArrayList<>(Jvm.small(96));
        command.addAll(List.of("-jar", jar(module).toString()));
        command.addAll(arguments);
        processes.add(new Launcher().start(new ProcessSpec(command, environment, home.root(), home.log(name))));
    }

    private Path jar(String module) throws IOException {
        Path target = sources.resolve(module).resolve("target");
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                var jar = files.filter(file -> file.getFileName().toString().matches("culvert-" + module + "-.*\\.jar"))
                        .filter(file -> !file.toString().endsWith("-sources.jar"))
                        .findFirst();
                if (jar.isPresent()) {
                    return jar.get();
                }
            }
        }
        throw new Refusal("The module " + module + " is not built: run ./culvert up, which builds what is missing.");
    }

    private synchronized void stopAll() {
        for (Process process : processes.reversed()) {
            try {
                Stopper.stop(ProcessIdentity.of(process.toHandle()), Stopper.Signal.TERM, Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        stopAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // the hook is running already: the demo was interrupted
        }
    }
}
