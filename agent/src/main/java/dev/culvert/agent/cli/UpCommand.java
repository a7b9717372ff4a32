package dev.culvert.agent.cli;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.account.TunnelAccount;
import dev.culvert.agent.account.TunnelAccount.Outcome;
import dev.culvert.agent.cli.AgentOutput.Notice;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Server;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.forward.Target;
import dev.culvert.agent.profile.LocalService;
import dev.culvert.agent.profile.LocalServices;
import dev.culvert.agent.profile.Profile;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert agent up}: from nothing to an address that OpenAI clients can use. */
@Command(
        name = "up",
        description = {
            "Finds the model server on this machine, makes a tunnel to it, and says how to use it.",
            "",
            "Looks for Ollama, vLLM, LM Studio, llama.cpp and whatever else answers as OpenAI does."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class UpCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--to",
            paramLabel = "URL",
            description = "The local service, when it is somewhere else or one of several.")
    @Nullable
    String to;

    @Option(
            names = "--tunnel",
            paramLabel = "NAME",
            description = "Name of the tunnel (default: this machine's and the model server's).")
    @Nullable
    String tunnel;

    @Option(names = "--allow-management", description = "Let callers pull, create, copy and delete models as well.")
    boolean allowManagement;

    @Mixin
    ServingOptions serving = new ServingOptions();

    private final List<Integer> ports;

    public UpCommand() {
        this(LocalServices.USUAL_PORTS);
    }

    UpCommand(List<Integer> ports) {
        this.ports = ports;
    }

    @Override
    public Integer call() throws InterruptedException {
        AgentOutput output = common.output(false);
        try {
            Server server = common.server();
            Optional<InetSocketAddress> statusAddress = statusAddress();
            String key = common.key(Optional.empty());
            LocalService service = choose(output);
            String name = tunnel == null ? DefaultName.of(service.profile()) : tunnel;
            TunnelEntry entry = entry(name, service);
            ensure(server, key, name, service, output);
            AgentOutput announcing = new Announcing(output, ready(entry, service));
            return new Foreground(announcing).run(List.of(entry), key, statusAddress);
        } catch (CommandFailure e) {
            output.say(Notice.FAILED, e.sentence());
            return e.exitCode();
        }
    }

    private Optional<InetSocketAddress> statusAddress() throws CommandFailure {
        try {
            return serving.statusAddress();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private TunnelEntry entry(String name, LocalService service) throws CommandFailure {
        try {
            return TunnelEntry.of(
                            common.serverAddress(), name, service.address(), service.profile(), serving.connections)
                    .withEndpoint(serving.endpoint)
                    .withManagement(allowManagement)
                    .withWay(serving.way());
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private LocalService choose(AgentOutput output) throws CommandFailure, InterruptedException {
        LocalServices services = new LocalServices();
        if (to != null) {
            String address = address(to);
            return services.recognise(address).orElseGet(() -> {
                output.say(
                        Notice.WARNING,
                        "What answers at " + address
                                + " was not recognised as a model server; requests pass to it as they come.");
                return new LocalService(address, Profile.PLAIN, "", List.of());
            });
        }
        List<LocalService> found = services.find(ports);
        if (found.size() == 1) {
            return found.getFirst();
        }
        output.found(found);
        throw new CommandFailure(
                ExitCode.NO_LOCAL_SERVICE,
                found.isEmpty()
                        ? "No model server answers on this machine at the usual ports of Ollama (11434), vLLM (8000),"
                                + " LM Studio (1234) and llama.cpp (8080). Start one, or say where yours is:"
                                + " culvert agent up --to http://127.0.0.1:PORT"
                        : "These model servers answer on this machine; say which one you mean:"
                                + " culvert agent up --to " + found.getFirst().address());
    }

    private static String address(String text) throws CommandFailure {
        try {
            return Target.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    /** Makes the tunnel unless it is there; a key that may only connect can still use one that is. */
    private static void ensure(Server server, String key, String name, LocalService service, AgentOutput output)
            throws CommandFailure, InterruptedException {
        Outcome outcome = new TunnelAccount(server, key, CommonOptions.proxy(server))
                .ensure(
                        name,
                        "Made by culvert agent up for " + service.profile().title());
        switch (outcome) {
            case Outcome.Created _ -> output.say(Notice.TUNNEL, "Made the tunnel '" + name + "'.");
            case Outcome.Existed _ -> output.say(Notice.TUNNEL, "Using the tunnel '" + name + "'.");
            case Outcome.NotAllowed _ ->
                output.say(
                        Notice.TUNNEL,
                        "This key may not make tunnels (it lacks tunnels:write); using '" + name + "' if it is there.");
            case Outcome.KeyRefused refused ->
                throw new CommandFailure(
                        ExitCode.KEY_REFUSED, "The API key is not accepted. The server says: " + refused.said());
            case Outcome.Refused refused ->
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "The tunnel '" + name + "' could not be made (" + refused.status() + "). The server says: "
                                + refused.said());
            case Outcome.Unreachable unreachable ->
                throw new CommandFailure(
                        ExitCode.SERVER_UNREACHABLE,
                        "The server " + server.base() + " cannot be reached: " + unreachable.why()
                                + ". culvert agent doctor tells more.");
            case Outcome.NotAGateway other ->
                throw new CommandFailure(
                        ExitCode.NOT_A_TUNNEL_SERVER,
                        "What answers at " + server.base() + " (" + other.status()
                                + ") is not a Culvert server; correct --server.");
        }
    }

    private static AgentOutput.Ready ready(TunnelEntry entry, LocalService service) {
        String base = entry.publicAddress();
        return new AgentOutput.Ready(service, base, base + "v1", TryOut.command(base, service));
    }

    /** Passes everything on, and says once that the tunnel works. */
    private record Announcing(AgentOutput output, Ready ready, AtomicBoolean announced) implements AgentOutput {
        Announcing(AgentOutput output, Ready ready) {
            this(output, ready, new AtomicBoolean());
        }

        @Override
        public void starting(TunnelEntry entry) {
            output.starting(entry);
        }

        @Override
        public AgentListener listener(String tunnel) {
            AgentListener lines = output.listener(tunnel);
            return new AgentListener() {
                @Override
                public void onLink(LinkEvent event) {
                    lines.onLink(event);
                    if (event instanceof LinkEvent.Connected && announced.compareAndSet(false, true)) {
                        output.ready(ready);
                    }
                }

                @Override
                public void onRequest(ForwardedRequest request) {
                    lines.onRequest(request);
                }
            };
        }

        @Override
        public void ended(TunnelEntry entry, AgentEnd end) {
            output.ended(entry, end);
        }

        @Override
        public void say(Notice notice, String sentence) {
            output.say(notice, sentence);
        }

        @Override
        public void found(List<LocalService> services) {
            output.found(services);
        }

        @Override
        public void ready(Ready already) {
            output.ready(already);
        }
    }
}
