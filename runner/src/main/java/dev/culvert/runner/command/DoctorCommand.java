package dev.culvert.runner.command;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Ports;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.Launcher;
import dev.culvert.runner.suite.Orphans;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code culvert doctor}: looks for what would keep the suite from starting; exit code 1 when it found something. */
@Command(name = "doctor", description = "Look for what would keep the suite from starting.")
final class DoctorCommand implements Callable<Integer> {

    private static final long MEMORY_NEEDED = 3L << 30;
    private static final long DISK_NEEDED = 5L << 30;

    @Option(names = "--port", defaultValue = "8080", paramLabel = "N", description = "The gateway's port to look at.")
    private int port;

    private int problems;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Culvert.homeFolder();
        boolean exists = Files.isDirectory(folder);
        SuiteState state = exists ? SuiteState.read(new Home(folder).stateFile()) : SuiteState.never();
        check(true, "Java " + Runtime.version() + " at " + Jvm.java());
        check(
                Launcher.which("setsid").or(() -> Launcher.which("perl")).isPresent(),
                "setsid or perl is there, so Ctrl-C stops things in order");
        checkRoot();
        checkMemory();
        Path parent = exists ? folder : Culvert.sources();
        long free = Files.getFileStore(parent).getUsableSpace();
        check(free >= DISK_NEEDED, "%d GB of disk are free for %s (5 are wanted)".formatted(free >> 30, folder));
        check(!exists || Files.isWritable(folder), "the data folder " + folder + " is ours to write");
        check(
                Files.exists(Culvert.sources().resolve("deploy/postgres/create-service.sql")),
                "the SQL of the database roles is in " + Culvert.sources());
        if (state.runnerAlive()) {
            check(true, "Culvert is running (" + state.phase() + ")");
        } else {
            check(Orphans.of(state).isEmpty(), "no process is left of an earlier start (./culvert down stops such)");
            check(isFree(port), "port " + port + " is free for the gateway (else ./culvert up --port N)");
        }
        System.out.println(problems == 0 ? "Everything looks fine." : problems + " of these need a look.");
        return problems == 0 ? 0 : 1;
    }

    private void checkRoot() throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name"))) {
            check(true, "runs as the ordinary user " + System.getProperty("user.name"));
            return;
        }
        boolean namespaces = Launcher.which("unshare").isPresent()
                && new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0;
        check(namespaces, "runs as root, and user namespaces let PostgreSQL start (else use an ordinary user)");
    }

    private void checkMemory() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            long total = system.getTotalMemorySize();
            check(total >= MEMORY_NEEDED, "%d MB of memory are built in (3072 are wanted)".formatted(total >> 20));
        }
    }

    private static boolean isFree(int port) {
        try {
            new Ports(Map.of()).require("gateway", InetAddress.getLoopbackAddress(), port, "");
            return true;
        } catch (dev.culvert.runner.Refusal _) {
            return false;
        }
    }

    private void check(boolean fine, String what) {
        System.out.println((fine ? "  ok    " : "  LOOK  ") + what);
        if (!fine) {
            problems++;
        }
    }
}
