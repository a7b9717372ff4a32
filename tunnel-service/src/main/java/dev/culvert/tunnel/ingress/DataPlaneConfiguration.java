package dev.culvert.tunnel.ingress;

import dev.culvert.platform.caller.CallerTokens;
import dev.culvert.platform.problem.ProblemWriter;
import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionListener;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.session.TunnelDirectory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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
    SessionRegistry sessionRegistry(SessionListener listener, Clock clock) {
        return new SessionRegistry(listener, clock);
    }

    @Bean
    DataPort dataPort(
            DataPortProperties properties,
            Admission admission,
            SessionRegistry registry,
            List<TrafficMeter> meters,
            ProblemWriter problems,
            JsonMapper json) {
        return new DataPort(properties, admission, registry, new CombinedMeter(meters), problems, json);
    }

    @Bean
    DataPortLifecycle dataPortLifecycle(DataPort dataPort) {
        return new DataPortLifecycle(dataPort);
    }

    /** Names of requirement X-13. */
    @Bean
    MeterBinder dataPortMeters(DataPort dataPort, SessionRegistry registry) {
        return meters -> {
            Gauge.builder("tunnel.connections.active", registry, SessionRegistry::connections)
                    .description("Agent connections of this replica")
                    .register(meters);
            Gauge.builder("tunnel.requests.active", dataPort, DataPort::requests)
                    .description("Requests under way through tunnels")
                    .register(meters);
            Gauge.builder("tunnel.memory.reserved", dataPort, DataPort::reservedBytes)
                    .description("Memory that running requests may hold together")
                    .baseUnit("bytes")
                    .register(meters);
        };
    }
}
