package dev.culvert.runner.service;

import dev.culvert.runner.home.Fingerprint;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.Http;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import dev.culvert.runner.process.Trainable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A service as a JVM of its own, ready when its health says so. */
public final class ServiceProcess implements Component, Trainable {

    private final Home home;
    private final ServiceDefinition definition;
    private final ServiceJar jar;
    private final int port;
    private final String host;
    private final Map<String, String> environment;
    private final Map<String, String> trainingEnvironment;
    private final String switches;

    /** @param host an address at which its port answers */
    public ServiceProcess(
            Home home,
            ServiceDefinition definition,
            ServiceJar jar,
            String host,
            int port,
            ServiceEnvironment environment) {
        this.home = home;
        this.definition = definition;
        this.jar = jar;
        this.host = host;
        this.port = port;
        this.environment = environment.of(definition);
        this.trainingEnvironment = environment.forTraining(definition);
        this.switches = ServiceEnvironment.switches();
    }

    @Override
    public String name() {
        return definition.name();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void prepare() throws IOException {
        jar.extract();
    }

    @Override
    public ProcessSpec spec() throws IOException {
        var command = new ArrayList<>(flags());
        if (cached().stream().allMatch(Files::exists)) {
            // A cache that does not fit or is damaged is ignored by the JVM with a line in the log.
            command.add("-XX:AOTCache=" + aotCache());
            command.addAll(beans().application());
        } else {
            command.addAll(List.of("-jar", jar.extracted().toString()));
        }
        return new ProcessSpec(command, environment, home.root(), home.log(name()));
    }

    @Override
    public List<ProcessSpec> preparation(List<String> lowPriority) throws IOException {
        return beans().making(lowPriority, trainingEnvironment);
    }

    /** Ends by itself when the beans are made, before anything listens or consumes. */
    @Override
    public ProcessSpec trainingSpec(Path output, List<String> lowPriority) throws IOException {
        var command = new ArrayList<>(lowPriority);
        command.addAll(flags());
        command.add("-XX:AOTCacheOutput=" + output);
        command.add("-Dspring.context.exit=onRefresh");
        command.addAll(beans().application());
        return new ProcessSpec(command, trainingEnvironment, home.root(), home.log("training"));
    }

    private List<String> flags() {
        return Jvm.listeningAt(environment.getOrDefault("BIND_ADDRESS", ""), Jvm.small(definition.heapMegabytes()));
    }

    @Override
    public Path aotCache() {
        return cache(".aot");
    }

    @Override
    public List<Path> cached() {
        return List.of(aotCache(), beans().jar());
    }

    private BeansAheadOfTime beans() {
        return new BeansAheadOfTime(home, name(), jar, cache(".jar"));
    }

    private Path cache(String ending) {
        String key = Fingerprint.of(jar.fingerprint(), Jvm.version(), String.join(" ", flags()), switches);
        return home.cache().resolve(name() + "-" + key + ending);
    }

    @Override
    public boolean isReady() {
        return Http.isOk(URI.create("http://" + host + ":" + port + "/health/ready"));
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
        int description = lastLogLines.lastIndexOf("Description:");
        if (description >= 0) {
            return lastLogLines
                    .substring(description + "Description:".length())
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .findFirst()
                    .orElse("see its log.");
        }
        return lastLogLines
                .lines()
                .filter(line -> line.startsWith("Caused by:") || line.contains("ERROR"))
                .reduce((_, last) -> last)
                .orElse("see its log.");
    }
}
