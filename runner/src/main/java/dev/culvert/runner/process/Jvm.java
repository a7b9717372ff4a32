package dev.culvert.runner.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Java programs of the suite run on the JDK of the runner, with flags for many small processes on one machine. */
public final class Jvm {

    private static final String IPV4_ALONE = "-Djava.net.preferIPv4Stack=true";
    private static final String IPV6_TOO = "-Djava.net.preferIPv4Stack=false";

    /** The quick compiler alone and the serial collector: shortest start and least memory on two cores. */
    private static final List<String> SMALL = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseCompactObjectHeaders",
            "-Xss512k",
            // What a service fills while it starts; below it each growth of the metaspace is a full collection.
            "-XX:MetaspaceSize=128m",
            "-XX:+ExitOnOutOfMemoryError",
            IPV4_ALONE,
            "-Dfile.encoding=UTF-8",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private Jvm() {}

    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** Of this JVM, in a form that holds in any folder. */
    public static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Names the JDK exactly; an ahead-of-time cache serves only the one that wrote it. */
    public static String version() {
        return System.getProperty("java.vm.vendor") + " " + System.getProperty("java.runtime.version");
    }

    /** The command up to, and without, the class path and main class. */
    public static List<String> small(int heapMegabytes) {
        var command = new ArrayList<String>();
        command.add(java().toString());
        command.add("-Xmx" + heapMegabytes + "m");
        command.addAll(SMALL);
        command.addAll(ofTheUser());
        return List.copyOf(command);
    }

    /**
     * The same command for a program that listens at an address.
     *
     * @param bindAddress of IPv4 or IPv6; only for the latter the program speaks IPv6 too
     */
    public static List<String> listeningAt(String bindAddress, List<String> command) {
        return command.stream()
                .map(flag -> flag.equals(IPV4_ALONE) && bindAddress.indexOf(':') >= 0 ? IPV6_TOO : flag)
                .toList();
    }

    /** The last of two flags of one name counts, so these win. */
    private static List<String> ofTheUser() {
        String options =
                System.getenv().getOrDefault("CULVERT_JAVA_OPTIONS", "").strip();
        return options.isEmpty() ? List.of() : List.of(options.split("\\s+"));
    }
}
