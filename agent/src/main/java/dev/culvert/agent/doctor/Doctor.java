package dev.culvert.agent.doctor;

import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import dev.culvert.agent.profile.LocalService;
import dev.culvert.agent.profile.LocalServices;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** All checks, in the order in which one rests on the other. */
public final class Doctor {
    private final Server server;
    private final Optional<String> key;
    private final String keyProblem;
    private final String tunnel;
    private final Optional<String> target;
    private final Map<String, String> environment;
    private final Clock clock;

    /**
     * @param keyProblem why there is no key, if there is none
     * @param tunnel to which an agent would connect
     * @param target local service to look at; without it the usual ports are looked at
     */
    public Doctor(
            Server server,
            Optional<String> key,
            String keyProblem,
            String tunnel,
            Optional<String> target,
            Map<String, String> environment,
            Clock clock) {
        this.server = server;
        this.key = key;
        this.keyProblem = keyProblem;
        this.tunnel = tunnel;
        this.target = target;
        this.environment = environment;
        this.clock = clock;
    }

    /** Runs the checks; each is told as soon as it is known. */
    public void examine(Consumer<Finding> told) throws InterruptedException {
        told.accept(local());
        Optional<HttpProxy> proxy = proxy();
        NetworkChecks network = new NetworkChecks(server, environment, proxy, clock);
        Finding dns = tell(network.dns(), told);
        tell(network.proxy(), told);
        Finding tcp = tell(dns.works() ? network.tcp() : Finding.skipped("tcp"), told);
        Finding tls = tell(tcp.works() ? network.tls() : Finding.skipped("tls"), told);
        if (!tls.works()) {
            List.of("server", "clock", "key", "scopes", "websocket")
                    .forEach(check -> told.accept(Finding.skipped(check)));
            return;
        }
        try (ServerChecks checks = new ServerChecks(server, proxy, key.orElse(""), tunnel, clock)) {
            Finding health = tell(checks.health(), told);
            tell(health.works() ? checks.clock() : Finding.skipped("clock"), told);
            Finding accepted = key.isEmpty()
                    ? Finding.failed("key", keyProblem, "culvert agent login keeps a key for the other commands")
                    : health.works() ? checks.key() : Finding.skipped("key");
            tell(accepted, told);
            tell(accepted.works() ? checks.scopes() : Finding.skipped("scopes"), told);
            connection(accepted.works() ? checks.upgrade() : Finding.skipped("websocket"), checks, told);
        }
    }

    /** What is said about one that cannot be read comes with the checks. */
    private Optional<HttpProxy> proxy() {
        try {
            return HttpProxy.of(environment, server);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Where no WebSocket passes, agents poll: it is only if that does not pass either that they cannot connect. */
    private static void connection(Finding upgrade, ServerChecks checks, Consumer<Finding> told)
            throws InterruptedException {
        if (upgrade.state() != Finding.State.FAILED) {
            told.accept(upgrade);
            return;
        }
        Finding polling = checks.polling();
        told.accept(
                polling.state() == Finding.State.OK
                        ? Finding.warning("websocket", upgrade.message(), "agents poll instead; " + upgrade.advice())
                        : upgrade);
        told.accept(polling);
    }

    private static Finding tell(Finding finding, Consumer<Finding> told) {
        told.accept(finding);
        return finding;
    }

    private Finding local() throws InterruptedException {
        LocalServices services = new LocalServices();
        if (target.isPresent()) {
            return services.recognise(target.get())
                    .map(service -> Finding.ok("target", service.sentence()))
                    .orElseGet(() -> Finding.failed(
                            "target",
                            "no model server answers at " + target.get(),
                            "start it; a service that is none works as well, but only you can tell whether it runs"));
        }
        List<LocalService> found = services.find(LocalServices.USUAL_PORTS);
        return switch (found.size()) {
            case 0 ->
                Finding.warning(
                        "target",
                        "no model server answers at the usual ports",
                        "start one, or name yours with --to http://127.0.0.1:PORT");
            case 1 -> Finding.ok("target", found.getFirst().sentence());
            default ->
                Finding.warning(
                        "target",
                        found.size() + " model servers answer: "
                                + String.join(
                                        "; ",
                                        found.stream()
                                                .map(LocalService::sentence)
                                                .toList()),
                        "name one with --to");
        };
    }
}
