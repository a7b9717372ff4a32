package dev.culvert.runner.service;

import dev.culvert.runner.home.Home;
import dev.culvert.runner.process.Jvm;
import dev.culvert.runner.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The beans of a service as Spring works them out ahead of time: code that makes them, instead of a look through classes and
 * conditions at every start. Made on this machine and for its settings, because they decide which beans there are.
 *
 * @param jar what comes of it; belongs in front of the service's own jar
 */
record BeansAheadOfTime(Home home, String name, ServiceJar service, Path jar) {

    /** Enough for a compiler beside a running suite. */
    private static final int HEAP_MEGABYTES = 320;

    private static final String PROCESSOR = "org.springframework.boot.SpringApplicationAotProcessor";

    /** Flags for a start with them. */
    List<String> application() throws IOException {
        return List.of("-Dspring.aot.enabled=true", "-cp", jar + ":" + service.extracted(), service.mainClass());
    }

    /** Spring writes the code, the JDK's compiler and archiver make a jar of it. */
    List<ProcessSpec> making(List<String> lowPriority, Map<String, String> environment) throws IOException {
        Path work = home.cache().resolve(name + ".beans");
        Home.deleteTree(work);
        Files.deleteIfExists(jar);
        String sources = Files.createDirectories(work.resolve("sources")).toString();
        String classes = Files.createDirectories(work.resolve("classes")).toString();
        String resources = Files.createDirectories(work.resolve("resources")).toString();
        String main = service.mainClass();
        String libraries = service.extracted() + ":" + service.extracted().resolveSibling("lib") + "/*";
        List<List<String>> programs = List.of(
                List.of(
                        "-cp",
                        service.extracted().toString(),
                        PROCESSOR,
                        main,
                        sources,
                        resources,
                        classes,
                        "dev.culvert",
                        name),
                List.of(
                        "-m",
                        "jdk.compiler/com.sun.tools.javac.Main",
                        "-proc:none",
                        "-parameters",
                        "-nowarn",
                        "-cp",
                        classes + ":" + libraries,
                        "-sourcepath",
                        sources,
                        "-d",
                        classes,
                        sources + "/" + main.replace('.', '/') + "__ApplicationContextInitializer.java"),
                List.of(
                        "-m",
                        "jdk.jartool/sun.tools.jar.Main",
                        "--create",
                        "--no-compress",
                        "--file",
                        jar.toString(),
                        "-C",
                        classes,
                        ".",
                        "-C",
                        resources,
                        "."));
        List<ProcessSpec> specs = new ArrayList<>();
        for (List<String> program : programs) {
            var command = new ArrayList<>(lowPriority);
            command.addAll(Jvm.small(HEAP_MEGABYTES));
            command.addAll(program);
            specs.add(new ProcessSpec(command, environment, home.root(), home.log("training")));
        }
        return specs;
    }
}
