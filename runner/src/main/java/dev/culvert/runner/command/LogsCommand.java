package dev.culvert.runner.command;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert logs}: the end of one log or of all of them, and what is added. */
@Command(name = "logs", description = "Show the logs of one process or of all.")
final class LogsCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "SERVICE",
            description = "For example gateway, auth, tunnel, postgres, kafka, runner.")
    private @Nullable String service;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is added.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "50",
            description = "Lines of each log (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Path> logs = chosen(new Home(Culvert.homeFolder()));
        boolean many = logs.size() > 1;
        Map<Path, Long> positions = new LinkedHashMap<>();
        for (Path log : logs) {
            positions.put(log, Files.size(log));
            LogFile.tail(log, lines).forEach(line -> print(many, log, line));
        }
        while (follow) {
            for (Path log : logs) {
                positions.put(log, printAdded(log, positions.getOrDefault(log, 0L), many));
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
        return 0;
    }

    private List<Path> chosen(Home home) throws IOException {
        var logs = new ArrayList<Path>();
        if (Files.isDirectory(home.logs())) {
            try (Stream<Path> files = Files.list(home.logs())) {
                files.filter(file -> file.toString().endsWith(".log")).sorted().forEach(logs::add);
            }
        }
        if (service == null && !logs.isEmpty()) {
            return logs;
        }
        List<String> names = logs.stream().map(LogsCommand::name).toList();
        for (String candidate : List.of(String.valueOf(service), service + "-service")) {
            if (names.contains(candidate)) {
                return List.of(home.log(candidate));
            }
        }
        throw new Refusal(
                names.isEmpty()
                        ? "There are no logs yet: start with ./culvert up."
                        : "There is no log of " + service + "; there are " + String.join(", ", names) + ".");
    }

    /** Only whole lines are printed; a log that became shorter was emptied and is read from its begin. */
    private static long printAdded(Path log, long position, boolean many) throws IOException {
        if (!Files.exists(log)) {
            return 0;
        }
        try (var channel = Files.newByteChannel(log)) {
            long from = channel.size() < position ? 0 : position;
            channel.position(from);
            var buffer = ByteBuffer.allocate((int) Math.min(1 << 20, channel.size() - from));
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
            String text = new String(buffer.array(), 0, buffer.position(), java.nio.charset.StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n') + 1;
            text.substring(0, end).lines().forEach(line -> print(many, log, line));
            return from + text.substring(0, end).getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        }
    }

    private static void print(boolean many, Path log, String line) {
        System.out.println(many ? "%-16s| %s".formatted(name(log), line) : line);
    }

    private static String name(Path log) {
        String file = log.getFileName().toString();
        return file.substring(0, file.length() - ".log".length());
    }
}
