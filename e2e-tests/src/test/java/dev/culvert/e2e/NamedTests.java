package dev.culvert.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Classes and tests that a page names, as {@code `Type`} or {@code `Type.method`}, looked up in the sources. */
final class NamedTests {
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`");

    /** Two modules may have a class of the same name. */
    private final Map<String, List<Path>> sources = new HashMap<>();

    /** @param root of the repository */
    NamedTests(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java")
                            && !file.toString().contains("/target/"))
                    .forEach(file -> sources.computeIfAbsent(
                                    file.getFileName().toString().replace(".java", ""), _ -> new ArrayList<>())
                            .add(file));
        }
    }

    /** Whether a text names anything. */
    static boolean areIn(String text) {
        return NAME.matcher(text).find();
    }

    /** What a text names though it is nowhere. */
    List<String> missing(String text) {
        return NAME.matcher(text)
                .results()
                .filter(name -> !exists(name.group(1), Optional.ofNullable(name.group(2))))
                .map(name -> name.group())
                .toList();
    }

    private boolean exists(String type, Optional<String> method) {
        return sources.getOrDefault(type, List.of()).stream()
                .anyMatch(source -> method.map(name -> text(source).contains("void " + name + "("))
                        .orElse(true));
    }

    private static String text(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
