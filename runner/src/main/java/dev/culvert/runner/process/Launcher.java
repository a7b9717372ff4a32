package dev.culvert.runner.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Starts processes in sessions of their own. A Ctrl-C at the terminal then reaches the runner alone, which stops the others
 * in its order; without that the terminal would interrupt all of them at once.
 */
public final class Launcher {

    private final List<String> ownSession = ownSession();

    public Process start(ProcessSpec spec) throws IOException {
        LogFile.rotate(spec.log());
        var command = new ArrayList<>(ownSession);
        command.addAll(spec.command());
        var builder = new ProcessBuilder(command)
                .directory(spec.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        clean(builder.environment());
        builder.environment().putAll(spec.environment());
        return builder.start();
    }

    /** Finds a program on the PATH. */
    public static Optional<Path> which(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Both exec the command in place, so the process id stays the one we started. macOS has no setsid but has perl. */
    private static List<String> ownSession() {
        return which("setsid")
                .map(setsid -> List.of(setsid.toString()))
                .or(() -> which("perl")
                        .map(perl -> List.of(
                                perl.toString(), "-e", "use POSIX; POSIX::setsid(); exec @ARGV or die $!", "--")))
                .orElse(List.of());
    }

    /** Settings of the user's shell that would silently change our Java processes or PostgreSQL. */
    private static void clean(Map<String, String> environment) {
        environment
                .keySet()
                .removeIf(name -> name.startsWith("PG")
                        || name.equals("JAVA_TOOL_OPTIONS")
                        || name.equals("JDK_JAVA_OPTIONS")
                        || name.equals("_JAVA_OPTIONS")
                        || name.equals("CULVERT_ADMIN_PASSWORD"));
    }
}
