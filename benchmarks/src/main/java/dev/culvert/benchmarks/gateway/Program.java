package dev.culvert.benchmarks.gateway;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.PlatformManagedObject;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What is measured as a process of its own, and what it takes of the machine. */
public final class Program implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(15);
    private static final int LAST_LINES = 30;

    /** Ends the process of the number it is given once whoever holds the other end of its input is gone. */
    private static final String GUARD = "trap '' INT TERM HUP; read -r _; kill \"$0\"; sleep 1; kill -9 \"$0\"";

    private final Process process;
    private final Process guard;
    private final Path output;

    private Program(Process process, Process guard, Path output) {
        this.process = process;
        this.guard = guard;
        this.output = output;
    }

    /** Starts a command whose output goes to a file of the folder. It does not outlive this JVM, however that ends. */
    public static Program start(String name, List<String> command, Map<String, String> environment, Path folder)
            throws IOException {
        Path output = folder.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        Process guard = new ProcessBuilder("sh", "-c", GUARD, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Program(process, guard, output);
    }

    public long pid() {
        return process.pid();
    }

    /** Waits until an address answers 200 to a caller with a token. */
    public void awaitReady(URI address, String authorization, Duration atMost)
            throws IOException, InterruptedException {
        awaitReady(address, Map.of("Authorization", authorization), atMost);
    }

    /** Waits until an address answers 200 to anybody. */
    public void awaitReady(URI address, Duration atMost) throws IOException, InterruptedException {
        awaitReady(address, Map.of(), atMost);
    }

    private void awaitReady(URI address, Map<String, String> headers, Duration atMost)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!isReady(address, headers)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        address + " is not ready: " + String.join(System.lineSeparator(), lastLines()));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static boolean isReady(URI address, Map<String, String> headers) {
        try {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
            headers.forEach(connection::setRequestProperty);
            connection.setReadTimeout(2_000);
            return connection.getResponseCode() == 200;
        } catch (IOException _) {
            return false; // it does not listen yet
        }
    }

    private List<String> lastLines() throws IOException {
        try (Stream<String> lines = Files.lines(output)) {
            List<String> all = lines.toList();
            return all.subList(Math.max(0, all.size() - LAST_LINES), all.size());
        }
    }

    /** With what it started. */
    public Duration processorTime() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(part -> part.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Bytes in RAM, with what it started; empty where the system has no {@code /proc}. */
    public OptionalLong residentBytes() throws IOException {
        long sum = 0;
        for (long pid : Stream.concat(
                        Stream.of(process.pid()), process.descendants().map(ProcessHandle::pid))
                .toList()) {
            Path status = Path.of("/proc", Long.toString(pid), "status");
            if (!Files.exists(status)) {
                return OptionalLong.empty();
            }
            sum += Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .sum();
        }
        return OptionalLong.of(sum);
    }

    /** Bytes all threads of this JVM have allocated since their start, by its own count. */
    public long allocatedBytes() throws IOException {
        return ask(
                ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class, ThreadMXBean::getTotalThreadAllocatedBytes);
    }

    /** Bytes of this JVM's heap that are in use right after a full collection. */
    public long liveHeapBytes() throws IOException {
        return ask(ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class, memory -> {
            memory.gc();
            return memory.getHeapMemoryUsage().getUsed();
        });
    }

    @SuppressWarnings("BanJNDI") // the address is what our own process has told, on this machine
    private <T extends PlatformManagedObject> long ask(String name, Class<T> type, ToLongFunction<T> question)
            throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid()));
            String management = machine.startLocalManagementAgent();
            machine.detach();
            try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(management))) {
                return question.applyAsLong(
                        ManagementFactory.newPlatformMXBeanProxy(connector.getMBeanServerConnection(), name, type));
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("No access to the JVM of process " + pid(), e);
        }
    }

    /** Ends it without warning, as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        guard.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            guard.destroyForcibly();
        }
    }
}
