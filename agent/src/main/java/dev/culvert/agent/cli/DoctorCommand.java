package dev.culvert.agent.cli;

import dev.culvert.agent.connect.Server;
import dev.culvert.agent.doctor.Doctor;
import dev.culvert.agent.doctor.Finding;
import dev.culvert.agent.profile.Profile;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code culvert agent doctor}: one line for each thing an agent needs. */
@Command(
        name = "doctor",
        description = "Looks for what keeps an agent from working, and says what to do about it.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DoctorCommand implements Callable<Integer> {
    private static final Map<String, Integer> EXIT_CODES = Map.of(
            "target", ExitCode.NO_LOCAL_SERVICE,
            "dns", ExitCode.SERVER_UNREACHABLE,
            "tcp", ExitCode.SERVER_UNREACHABLE,
            "tls", ExitCode.SERVER_UNREACHABLE,
            "server", ExitCode.NOT_A_TUNNEL_SERVER,
            "key", ExitCode.KEY_REFUSED,
            "scopes", ExitCode.KEY_REFUSED,
            "websocket", ExitCode.FAILED);

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--tunnel", paramLabel = "NAME", description = "Name of the tunnel to try.")
    @Nullable
    String tunnel;

    @Option(names = "--to", paramLabel = "URL", description = "The local service to look at.")
    @Nullable
    String to;

    private int exitCode = ExitCode.OK;

    @Override
    public Integer call() throws InterruptedException {
        try {
            Server server = common.server();
            Optional<String> key = Optional.empty();
            String keyProblem = "";
            try {
                key = Optional.of(common.key(Optional.empty()));
            } catch (CommandFailure e) {
                keyProblem = e.sentence();
            }
            String name = tunnel == null ? DefaultName.of(Profile.PLAIN) : tunnel;
            new Doctor(server, key, keyProblem, name, Optional.ofNullable(to), System.getenv(), Clock.systemUTC())
                    .examine(this::show);
            return exitCode;
        } catch (CommandFailure e) {
            show(new Finding("options", Finding.State.FAILED, e.sentence(), ""));
            return e.exitCode();
        }
    }

    private void show(Finding finding) {
        if (finding.state() == Finding.State.FAILED && exitCode == ExitCode.OK) {
            exitCode = EXIT_CODES.getOrDefault(finding.check(), ExitCode.FAILED);
        }
        System.out.println(
                common.json
                        ? JsonLine.of(json -> {
                            json.writeStringProperty("check", finding.check());
                            json.writeStringProperty(
                                    "state", finding.state().name().toLowerCase(Locale.ROOT));
                            json.writeStringProperty("message", finding.message());
                            json.writeStringProperty("advice", finding.advice());
                        })
                        : line(finding));
    }

    private static String line(Finding finding) {
        String mark = switch (finding.state()) {
            case OK -> "  ok    ";
            case WARNING -> "  LOOK  ";
            case FAILED -> "  FAIL  ";
            case SKIPPED -> "  -     ";
        };
        String advice = finding.advice().isEmpty() ? "" : "; " + finding.advice();
        return mark + "%-10s%s%s".formatted(finding.check(), finding.message(), advice);
    }
}
