package dev.culvert.tunnel.endpoint;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Endpoints of a tunnel as the data plane learns them, without a database. */
public final class TestingEndpoints {
    private TestingEndpoints() {}

    /** Teaches a data plane that a tunnel has these endpoints, the first one with the highest priority. */
    public static void teach(Endpoints endpoints, UUID tunnelId, String... names) {
        List<Endpoint> all = new ArrayList<>();
        for (String name : names) {
            all.add(new Endpoint(
                    UUID.randomUUID(),
                    name,
                    "",
                    100 - all.size(),
                    1,
                    Optional.empty(),
                    1,
                    Health.unknown(Instant.EPOCH)));
        }
        endpoints.learn(new TunnelEndpoints(
                tunnelId,
                UUID.randomUUID(),
                FailoverSettings.DEFAULTS,
                all,
                Optional.of(names[0]),
                Optional.empty(),
                Optional.empty(),
                "",
                Optional.empty(),
                Instant.EPOCH));
    }
}
