package dev.culvert.runner.suite;

import dev.culvert.runner.home.ProcessState;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.Stopper;
import dev.culvert.runner.service.ServiceDefinition;
import dev.culvert.runner.store.PostgresServer;
import java.time.Duration;
import java.util.List;

/** Processes that a killed runner left behind, recognised by number and start time. */
public final class Orphans {

    private Orphans() {}

    public static List<ProcessState> of(SuiteState state) {
        return state.processes().stream()
                .filter(process ->
                        process.identity() != null && process.identity().isAlive())
                .toList();
    }

    /** Stops them in the order of a regular stop: the gateway, the other services, then the stores, PostgreSQL last. */
    public static void stop(SuiteState state) throws InterruptedException {
        List<ProcessState> all = of(state);
        stopTogether(all, List.of(ServiceDefinition.GATEWAY.name(), StateBook.TRAINING));
        stopTogether(
                all, ServiceDefinition.ALL.stream().map(ServiceDefinition::name).toList());
        stopTogether(all, List.of("kafka"));
        stopTogether(all, List.of("redis"));
        stopTogether(all, List.of(PostgresServer.NAME));
        stopTogether(all, all.stream().map(ProcessState::name).toList());
    }

    private static void stopTogether(List<ProcessState> all, List<String> names) throws InterruptedException {
        List<Thread> stops = all.stream()
                .filter(process -> names.contains(process.name()))
                .map(process -> Thread.ofVirtual().start(() -> stop(process)))
                .toList();
        for (Thread stop : stops) {
            stop.join();
        }
    }

    private static void stop(ProcessState process) {
        ProcessIdentity identity = process.identity();
        if (identity == null) {
            return;
        }
        try {
            boolean postgres = process.name().equals(PostgresServer.NAME);
            Stopper.stop(identity, postgres ? Stopper.Signal.INT : Stopper.Signal.TERM, Duration.ofSeconds(20));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
