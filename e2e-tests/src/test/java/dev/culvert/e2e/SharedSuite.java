package dev.culvert.e2e;

import dev.culvert.testing.LocalPorts;
import dev.culvert.testing.suite.Person;
import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The suite that all stories of one test run share, started by the first that asks for it, on a free port with empty data, and
 * stopped after the last.
 */
final class SharedSuite implements ParameterResolver {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** The stories sign up far more people from one address than a person would, and count on limits that load does not move. */
    private static final Map<String, String> MANY_NEW_PEOPLE = Map.of(
            "CULVERT_GATEWAY_RATELIMIT_ANONYMOUSQUARTERHOUR", "100000",
            "CULVERT_GATEWAY_RATELIMIT_OPERATIONS_REGISTRATION_CALLS", "100000",
            "CULVERT_GATEWAY_RATELIMIT_OPERATIONS_LOGIN_CALLS", "100000",
            "ADAPTIVE_RATE_LIMITS", "false",
            "CULVERT_AUTH_PASSWORD_BCRYPTCOST", "8",
            "CULVERT_AUTH_PASSWORD_TURNWAIT", "15s");

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
        return parameter.getParameter().getType() == RunningSuite.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext extension) {
        return extension
                .getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(RunningSuite.class, _ -> start(), RunningSuite.class);
    }

    static Person newPerson(RunningSuite suite) throws IOException, InterruptedException {
        return Person.register(suite.gateway(), suite.address("mailbox"));
    }

    /** Somebody with every right; the one-machine install keeps the first administrator's password for its owner. */
    static Person administrator(RunningSuite suite) throws IOException, InterruptedException {
        String password = tools.jackson.databind.json.JsonMapper.shared()
                .readTree(Files.readAllBytes(suite.data().resolve("secrets.json")))
                .get("adminPassword")
                .asString();
        return Person.signedIn(suite.gateway(), "admin", password);
    }

    static URI tunnel(URI gateway, String name, String path) {
        return gateway.resolve("/t/" + name + path);
    }

    private static RunningSuite start() {
        try {
            Path data = ROOT.resolve("e2e-tests/target/suite");
            var suite = new RunningSuite(List.of(ROOT.resolve("culvert").toString()), data, MANY_NEW_PEOPLE);
            suite.close(); // an earlier run that was cut off may still be there
            delete(data);
            Files.createDirectories(data);
            suite.up("--no-training", "--port", String.valueOf(LocalPorts.free()));
            return suite;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the suite started", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
