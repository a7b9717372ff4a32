package dev.culvert.benchmarks.tunnel;

import dev.culvert.benchmarks.gateway.Contenders;
import dev.culvert.benchmarks.gateway.Load;
import dev.culvert.benchmarks.gateway.Program;
import dev.culvert.benchmarks.tunnel.Services.Service;
import dev.culvert.testing.TestingKafka;
import dev.culvert.testing.TestingPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.util.FileSystemUtils;

/**
 * What all measurements share: one auth-service, one tunnel-service and one gateway as processes, a person, and two tunnels
 * to the same local service. The agent of one dialled the data port, that of the other one the gateway; each is a process.
 */
final class Bed implements AutoCloseable {
    static final String DIRECT = "direct";
    static final String THROUGH = "through";

    private static final int CALLERS = 64;

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(30);

    private final Flags flags;
    private final Path folder;
    private final TestingKafka kafka;
    private final Origin origin = Origin.start();
    private final Services services;
    private final Service auth;
    private final Service tunnel;
    private final Service gateway;
    private final Account account;
    private final Program directAgent;
    private final Program throughAgent;
    private final Optional<Contenders.Contender> nginx;

    private Bed(Path root, Flags flags) throws IOException, InterruptedException {
        this.flags = flags;
        folder = Files.createTempDirectory("culvert-tunnel-benchmark");
        kafka = TestingKafka.start();
        services = new Services(flags, root, folder, origin.address(), kafka);
        try {
            auth = services.auth();
            tunnel = services.tunnel("first");
            gateway = services.gateway(List.of(tunnel));
            account = new Account(services.gatewayAddress(), services.authAddress(), "benchmark-" + flags.word());
            account.createTunnel(DIRECT);
            account.createTunnel(THROUGH);
            directAgent = services.agent(tunnel.data(), DIRECT, origin.address(), account.token());
            throughAgent = services.agent(gateway.address(), THROUGH, origin.address(), account.key());
            awaitAgents();
            nginx = new Contenders(origin.address(), kafka.bootstrapServers(), folder, root).nginx();
        } catch (RuntimeException | IOException | InterruptedException e) {
            System.err.println("The logs stay in " + folder);
            endAll();
            throw e;
        }
    }

    /** Starts everything; what is measured is not warm yet. */
    static Bed make(Path root, Flags flags) throws IOException, InterruptedException {
        return new Bed(root, flags);
    }

    /** Sends small requests both ways for as long as the compilers need. */
    void warmUp() throws IOException, InterruptedException {
        for (Target way : List.of(direct(), through())) {
            Load.run(way.address(), List.of(way.request("/small")), CALLERS, flags.warmUp());
        }
    }

    private void awaitAgents() throws IOException, InterruptedException {
        for (Target target : List.of(direct(), through())) {
            URI path = target.address().resolve(target.prefix() + "/ready");
            (target.name().equals(DIRECT) ? directAgent : throughAgent)
                    .awaitReady(path, target.credential().split(": ", 2)[1].strip(), CONNECT_WITHIN);
        }
    }

    Flags flags() {
        return flags;
    }

    Services services() {
        return services;
    }

    Account account() {
        return account;
    }

    Origin origin() {
        return origin;
    }

    Program authService() {
        return auth.program();
    }

    /** What a request passes that is sent to {@link #direct()}. */
    Map<String, Program> programsDirect() {
        return Map.of("tunnel-service", tunnel.program(), "agent", directAgent);
    }

    /** What a request passes that is sent to {@link #through()}. */
    Map<String, Program> programsThrough() {
        return Map.of("gateway", gateway.program(), "tunnel-service", tunnel.program(), "agent", throughAgent);
    }

    /** The local service with nothing in front. */
    Target alone() {
        return Target.open("local service alone", origin.address());
    }

    /** A bare reverse proxy in front of the local service, where there is one. */
    Optional<Target> proxied() {
        return nginx.map(proxy -> Target.open("nginx", proxy.address()));
    }

    /** Client, data port of tunnel-service, agent, local service. */
    Target direct() throws IOException, InterruptedException {
        return new Target(DIRECT, tunnel.data(), "/t/" + DIRECT, "Authorization: Bearer " + account.token() + "\r\n");
    }

    /** The same behind the gateway, which checks the key and all limits. */
    Target through() {
        return new Target(
                THROUGH, gateway.address(), "/t/" + THROUGH, "Authorization: Bearer " + account.key() + "\r\n");
    }

    /** More tunnels of the same person, named {@code prefix-1} and so on. */
    void createTunnels(String prefix, int count) {
        TestingPostgres.shared().execute("""
                INSERT INTO tunnel.tunnels
                SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'name', '%s-' || i))).*
                FROM tunnel.tunnels t, generate_series(1, %d) i WHERE t.name = '%s' AND t.tenant_id = '%s'""".formatted(prefix, count, DIRECT, account.tenantId()));
    }

    @Override
    public void close() throws IOException {
        nginx.ifPresent(Contenders.Contender::close);
        account.close();
        endAll();
        FileSystemUtils.deleteRecursively(folder);
    }

    private void endAll() {
        services.close();
        origin.close();
        kafka.close();
    }
}
