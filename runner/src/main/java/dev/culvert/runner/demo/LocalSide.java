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
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What runs at a user's home: the sample model server and an agent beside it, as processes of their own. */
final class LocalSide implements AutoCloseable {

    /** Of vLLM, LM Studio and Ollama; the fourth, of llama.cpp, is the gateway's own. */
    private static final List<Integer> USUAL_PORTS = List.of(8000, 1234, 11434);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Home home;
    private final Path sources;
    private final List<Process> processes = new ArrayList<>();
    private final Thread hook = new Thread(this::stopAll, "stop-local-side");

    LocalSide(Home home, Path sources) {
        this.home = home;
        this.sources = sources;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Where the model server is.
     *
     * @param aloneAtUsualPorts whether an agent that looks for model servers can find no other
     */
    record ModelServer(int port, boolean aloneAtUsualPorts) {}

    /** Starts the model server where an agent looks for one, if there is room. */
    ModelServer startModelServer() throws IOException, InterruptedException {
        List<Integer> free = new ArrayList<>();
        for (int port : USUAL_PORTS) {
            if (isFree(port)) {
                free.add(port);
            }
        }
        var server = new ModelServer(free.isEmpty() ? anyFree() : free.getFirst(), free.size() == USUAL_PORTS.size());
        start("demo-model-server", "examples", List.of("--port", Integer.toString(server.port())), Map.of());
        Waiting.until("listening model server", PATIENCE, () -> {
            requireAlive();
            return answers(server.port()) ? Optional.of(server) : Optional.empty();
        });
        return server;
    }

    private static boolean answers(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false; // not yet
        }
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static int anyFree() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /**
     * Lets the agent find the model server by itself, unless others might be found as well. Address and key go through the
     * environment: a command line can be read by every user of the machine.
     *
     * @return the arguments it was started with
     */
    List<String> startAgent(String server, ModelServer model, String apiKey) throws IOException {
        List<String> arguments =
                model.aloneAtUsualPorts() ? List.of("up") : List.of("up", "--to", "http://127.0.0.1:" + model.port());
        start("demo-agent", "agent", arguments, Map.of("CULVERT_API_KEY", apiKey, "CULVERT_SERVER", server));
        return arguments;
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
