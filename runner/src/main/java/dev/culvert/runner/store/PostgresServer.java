package dev.culvert.runner.store;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Component;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.process.LogFile;
import dev.culvert.runner.process.ProcessIdentity;
import dev.culvert.runner.process.ProcessSpec;
import dev.culvert.runner.process.Stopper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** PostgreSQL with everything that makes a commit last: fsync, synchronous commit, full page writes, checksums. */
public final class PostgresServer implements Component {

    public static final String NAME = "postgres";
    public static final String SUPERUSER = "postgres";

    private final Home home;
    private final int port;
    private final String password;
    private final Programs programs;

    public PostgresServer(Home home, int port, String password) {
        this.home = home;
        this.port = port;
        this.password = password;
        this.programs = new Programs(home.programs());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        Path bin = programs.postgres().resolve("bin");
        if (!Files.exists(home.postgres())) {
            initialise(bin);
        }
        refuseTornData();
        endLeftOver();
    }

    /** First data is made beside its place and moved there when complete, so a killed first start is simply repeated. */
    private void initialise(Path bin) throws IOException, InterruptedException {
        Path unfinished = home.root().resolve("postgres.unfinished");
        Home.deleteTree(unfinished);
        Path passwordFile = Files.createTempFile(
                home.root(),
                "initdb",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(passwordFile, password);
            var command = new ArrayList<>(ordinaryUser());
            command.addAll(List.of(
                    bin.resolve("initdb").toString(),
                    "--pgdata=" + unfinished,
                    "--username=" + SUPERUSER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8"));
            Process initdb = new Launcher().start(new ProcessSpec(command, Map.of(), home.root(), home.log(name())));
            if (!initdb.waitFor(2, TimeUnit.MINUTES) || initdb.exitValue() != 0) {
                initdb.destroyForcibly();
                String lines = String.join("\n", LogFile.tail(home.log(name()), 20));
                throw new Refusal("PostgreSQL could not create its first data: " + adviceFrom(lines) + " Its log is "
                        + home.log(name()) + ".");
            }
        } finally {
            Files.delete(passwordFile);
        }
        Files.move(unfinished, home.postgres(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void refuseTornData() throws IOException {
        for (String file : List.of("PG_VERSION", "global/pg_control", "pg_wal", "base", "postgresql.conf")) {
            if (!Files.exists(home.postgres().resolve(file))) {
                throw new Refusal(
                        "The PostgreSQL data in %s is incomplete (%s is missing): put a backup there, or start afresh"
                                        .formatted(home.postgres(), file)
                                + " with ./culvert reset, which deletes all data.");
            }
        }
        String version = Files.readString(home.postgres().resolve("PG_VERSION")).strip();
        if (!version.equals("18")) {
            throw new Refusal(
                    "The PostgreSQL data in %s is of version %s, these programs are 18: dump it with the release that"
                                    .formatted(home.postgres(), version)
                            + " wrote it and restore the dump here.");
        }
    }

    /**
     * A killed PostgreSQL leaves its lock file. It would refuse to start if that number is by now used by any other process of
     * this user, and it may also really still run.
     */
    private void endLeftOver() throws IOException, InterruptedException {
        Path lockFile = home.postgres().resolve("postmaster.pid");
        if (!Files.exists(lockFile)) {
            return;
        }
        List<String> lines = Files.readAllLines(lockFile);
        Optional<ProcessHandle> holder = lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(PostgresServer::isPostgres);
        if (holder.isPresent()) {
            Stopper.stop(ProcessIdentity.of(holder.get()), Stopper.Signal.INT, stopGrace());
        }
        Files.deleteIfExists(lockFile);
    }

    private static boolean isPostgres(ProcessHandle handle) {
        return handle.info().command().filter(c -> c.endsWith("/postgres")).isPresent();
    }

    @Override
    public ProcessSpec spec() {
        try {
            var command = new ArrayList<>(ordinaryUser());
            command.add(programs.postgres().resolve("bin/postgres").toString());
            command.add("-D");
            command.add(home.postgres().toString());
            settings().forEach((key, value) -> {
                command.add("-c");
                command.add(key + "=" + value);
            });
            return new ProcessSpec(command, Map.of("LC_ALL", "C"), home.root(), home.log(name()));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("The programs were unpacked before", e);
        }
    }

    private Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("listen_addresses", "127.0.0.1"),
                Map.entry("port", Integer.toString(port)),
                Map.entry("unix_socket_directories", ""),
                Map.entry("fsync", "on"),
                Map.entry("synchronous_commit", "on"),
                Map.entry("full_page_writes", "on"),
                Map.entry("shared_buffers", "64MB"),
                Map.entry("max_connections", "120"),
                // Passwords here are 32 random bytes, which no number of rounds makes harder to guess; each connection
                // pays them.
                Map.entry("scram_iterations", "1"),
                Map.entry("max_wal_size", "256MB"),
                Map.entry("timezone", "UTC"),
                Map.entry("log_timezone", "UTC"));
    }

    /**
     * PostgreSQL refuses to run as root. In a user namespace of its own it sees itself as an ordinary user while the files stay
     * those of root.
     */
    private static List<String> ordinaryUser() throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        Path unshare = Launcher.which("unshare").orElse(null);
        if (unshare != null) {
            Process trial = new ProcessBuilder(unshare.toString(), "-U", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (trial.waitFor() == 0) {
                return List.of(unshare.toString(), "-U");
            }
        }
        throw new Refusal("PostgreSQL refuses to run as root, and this machine allows no user namespace to hide that"
                + " (unshare -U fails): run ./culvert as an ordinary user.");
    }

    @Override
    public boolean isReady() {
        try (Connection connection = connect("postgres")) {
            return connection.isValid(1);
        } catch (SQLException _) {
            return false;
        }
    }

    /** A connection of the superuser, for the runner's own work. */
    public Connection connect(String database) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", SUPERUSER);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("ApplicationName", "culvert-runner");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
    }

    @Override
    public Stopper.Signal stopSignal() {
        return Stopper.Signal.INT;
    }

    @Override
    public Duration stopGrace() {
        return Duration.ofSeconds(20);
    }

    @Override
    public String adviceFrom(String lastLogLines) {
        if (lastLogLines.contains("No space left on device")) {
            return "the disk is full: free some space and start again.";
        }
        if (lastLogLines.contains("could not locate a valid checkpoint record") || lastLogLines.contains("PANIC")) {
            return "its data is damaged: put a backup into %s, or start afresh with ./culvert reset, which deletes all data."
                    .formatted(home.postgres());
        }
        List<String> lines =
                lastLogLines.lines().filter(line -> !line.isBlank()).toList();
        return lines.stream()
                .filter(line -> line.contains("FATAL") || line.contains("error:"))
                .reduce((_, last) -> last)
                .orElse(lines.isEmpty() ? "it said nothing." : lines.getLast());
    }
}
