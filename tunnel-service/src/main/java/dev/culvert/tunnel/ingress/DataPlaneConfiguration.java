package dev.culvert.tunnel.ingress;

import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.platform.secret.Hmac;
import dev.culvert.tunnel.cluster.Cluster;
import dev.culvert.tunnel.cluster.ClusterProperties;
import dev.culvert.tunnel.connection.ReplicaProperties;
import dev.culvert.tunnel.endpoint.Endpoints;
import dev.culvert.tunnel.peer.PeerMeter;
import dev.culvert.tunnel.peer.PeerOutcome;
import dev.culvert.tunnel.peer.PeerPass;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionListener;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.session.TunnelDirectory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import tools.jackson.databind.json.JsonMapper;

/** Puts the data plane into the service: the control plane gives a directory, a meter and a session listener. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DataPortProperties.class)
class DataPlaneConfiguration {

    @Bean
    Admission admission(CallerTokens tokens, TunnelDirectory directory) {
        return new Admission(tokens::verify, directory, Executors.newVirtualThreadPerTaskExecutor(), System::nanoTime);
    }

    @Bean
    SessionRegistry sessionRegistry(List<SessionListener> listeners, Clock clock) {
        return new SessionRegistry(event -> listeners.forEach(listener -> listener.onSession(event)), clock);
    }

    @Bean
    Endpoints endpoints(SessionRegistry registry, Cluster cluster, Clock clock) {
        return new Endpoints(
                registry,
                cluster.map(),
                clock,
                () -> ThreadLocalRandom.current().nextLong());
    }

    @Bean
    PeerPass peerPass(ReplicaProperties replica, ClusterProperties cluster, ObjectProvider<Hmac> hmac, Clock clock) {
        return cluster.enabled()
                ? new PeerPass(replica.name(), hmac.getObject().forPurpose("tunnel-peer")::of, clock)
                : PeerPass.ofNobody(replica.name(), clock);
    }

    @Bean
    DataPort dataPort(
            DataPortProperties properties,
            Admission admission,
            SessionRegistry registry,
            List<TrafficMeter> meters,
            ProblemWriter problems,
            JsonMapper json,
            Cluster cluster,
            Endpoints endpoints,
            PeerPass pass,
            PeerMeter peerMeter) {
        return new DataPort(
                properties,
                admission,
                registry,
                new CombinedMeter(meters),
                problems,
                json,
                cluster,
                endpoints,
                pass,
                peerMeter);
    }

    @Bean
    PeerMeter peerMeter() {
        return new PeerMeter();
    }

    /** Waits for the data port for as long as that waits for its requests; for everything else as usual. */
    @Bean(name = AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    static DefaultLifecycleProcessor lifecycleProcessor(
            LifecycleProperties usual, DataPortProperties dataPort, ClusterProperties cluster) {
        DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
        processor.setTimeoutPerShutdownPhase(usual.getTimeoutPerShutdownPhase().toMillis());
        processor.setTimeoutForShutdownPhase(
                DataPortLifecycle.PHASE,
                dataPort.drainTimeout()
                        .plus(cluster.handOver())
                        .plus(cluster.notice())
                        .plus(usual.getTimeoutPerShutdownPhase())
                        .toMillis());
        return processor;
    }

    @Bean
    DataPortLifecycle dataPortLifecycle(DataPort dataPort) {
        return new DataPortLifecycle(dataPort);
    }

    /** Names of requirement X-13. */
    @Bean
    MeterBinder dataPortMeters(
            DataPort dataPort, SessionRegistry registry, Admission admission, Cluster cluster, PeerMeter peers) {
        return meters -> {
            Gauge.builder("tunnel.cache.hit.rate", admission, Admission::hitRate)
                    .description(
                            "Share of the requests whose caller and tunnel were known without asking, since the start")
                    .register(meters);
            Gauge.builder(
                            "tunnel.cluster.members",
                            cluster,
                            joined -> joined.map().others().size() + 1)
                    .description("Replicas this one knows of, itself included")
                    .register(meters);
            for (PeerOutcome outcome : PeerOutcome.values()) {
                FunctionCounter.builder("tunnel.peer.requests", peers, counts -> counts.sum(outcome))
                        .description("Attempts to pass a request to another replica")
                        .tag("outcome", outcome.label())
                        .register(meters);
            }
            Gauge.builder("tunnel.connections.active", registry, SessionRegistry::connections)
                    .description("Agent connections of this replica")
                    .register(meters);
            Gauge.builder("tunnel.requests.active", dataPort, DataPort::requests)
                    .description("Requests under way through tunnels")
                    .register(meters);
            Gauge.builder(
                            "tunnel.loop.delay",
                            dataPort,
                            port -> port.loopDelay().toNanos() / 1e9)
                    .description("How late the latest thread is that moves bytes; seconds mean that one is blocked")
                    .baseUnit("seconds")
                    .register(meters);
            Gauge.builder("tunnel.memory.reserved", dataPort, DataPort::reservedBytes)
                    .description("Memory that running requests may hold together")
                    .baseUnit("bytes")
                    .register(meters);
        };
    }
}
