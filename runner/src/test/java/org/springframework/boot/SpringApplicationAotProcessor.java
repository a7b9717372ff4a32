package org.springframework.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Stands for Spring Boot's, which the stub of a service does not hold: writes code for the main class in its first argument. */
public final class SpringApplicationAotProcessor {

    private SpringApplicationAotProcessor() {}

    public static void main(String[] arguments) throws IOException {
        int end = arguments[0].lastIndexOf('.');
        String initializer = arguments[0].substring(end + 1) + "__ApplicationContextInitializer";
        Path folder = Path.of(arguments[1], arguments[0].substring(0, end).replace('.', '/'));
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve(initializer + ".java"),
                "package %s;%nclass %s {}%n".formatted(arguments[0].substring(0, end), initializer));
    }
}
