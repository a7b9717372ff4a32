package dev.culvert.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The operations that the compiled controllers of all services answer, as {@code GET /api/v1/tunnels/{}}: what runs, whether
 * anybody described it or not.
 */
final class ControllerRoutes {
    private static final String WEB = "Lorg/springframework/web/bind/annotation/";
    private static final String HIDDEN = "Lio/swagger/v3/oas/annotations/Hidden;";
    private static final Set<String> CONTROLLERS =
            Set.of(WEB + "RestController;", "Lorg/springframework/stereotype/Controller;");
    private static final Map<String, String> METHODS = Map.of(
            WEB + "GetMapping;", "GET",
            WEB + "PostMapping;", "POST",
            WEB + "PutMapping;", "PUT",
            WEB + "PatchMapping;", "PATCH",
            WEB + "DeleteMapping;", "DELETE");

    private ControllerRoutes() {}

    /** Without those of controllers that are hidden on purpose: pages for browsers, and what only services ask each other. */
    static Set<String> of(Path root) throws IOException {
        Set<String> routes = new TreeSet<>();
        try (Stream<Path> services = Files.list(root)) {
            for (Path service : services.filter(folder -> folder.toString().endsWith("-service"))
                    .toList()) {
                try (Stream<Path> files = Files.walk(service.resolve("target/classes/dev/culvert"))) {
                    files.filter(file -> file.toString().endsWith(".class"))
                            .map(ControllerRoutes::parse)
                            .forEach(type -> addRoutes(type, routes));
                }
            }
        }
        return routes;
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addRoutes(ClassModel type, Set<String> routes) {
        List<Annotation> own = type.findAttribute(Attributes.runtimeVisibleAnnotations())
                .map(attribute -> attribute.annotations())
                .orElse(List.of());
        if (own.stream().noneMatch(annotation -> CONTROLLERS.contains(descriptor(annotation)))
                || own.stream().anyMatch(annotation -> descriptor(annotation).equals(HIDDEN))) {
            return;
        }
        List<String> bases = own.stream()
                .filter(annotation -> descriptor(annotation).equals(WEB + "RequestMapping;"))
                .findFirst()
                .map(ControllerRoutes::paths)
                .orElse(List.of(""));
        for (MethodModel method : type.methods()) {
            List<Annotation> annotations = method.findAttribute(Attributes.runtimeVisibleAnnotations())
                    .map(attribute -> attribute.annotations())
                    .orElse(List.of());
            if (annotations.stream()
                    .anyMatch(annotation -> descriptor(annotation).equals(HIDDEN))) {
                continue;
            }
            annotations.forEach(annotation -> verbs(annotation)
                    .forEach(verb -> bases.forEach(base ->
                            paths(annotation).forEach(path -> routes.add(verb + ' ' + normalized(base + path))))));
        }
    }

    private static String descriptor(Annotation annotation) {
        return annotation.className().stringValue();
    }

    /** Of a method's annotation; none when it maps nothing. */
    private static List<String> verbs(Annotation annotation) {
        if (METHODS.containsKey(descriptor(annotation))) {
            return List.of(METHODS.get(descriptor(annotation)));
        }
        List<String> verbs = new ArrayList<>();
        for (AnnotationElement element : annotation.elements()) {
            if (descriptor(annotation).equals(WEB + "RequestMapping;")
                    && element.name().equalsString("method")
                    && element.value() instanceof AnnotationValue.OfArray array) {
                array.values().forEach(value -> {
                    if (value instanceof AnnotationValue.OfEnum verb) {
                        verbs.add(verb.constantName().stringValue());
                    }
                });
            }
        }
        return verbs;
    }

    private static List<String> paths(Annotation mapping) {
        List<String> paths = new ArrayList<>();
        for (AnnotationElement element : mapping.elements()) {
            if (Set.of("value", "path").contains(element.name().stringValue())
                    && element.value() instanceof AnnotationValue.OfArray array) {
                array.values().forEach(value -> {
                    if (value instanceof AnnotationValue.OfString text) {
                        paths.add(text.stringValue());
                    }
                });
            }
        }
        return paths.isEmpty() ? List.of("") : paths;
    }

    /** Names of variables say nothing. */
    static String normalized(String path) {
        return path.replaceAll("\\{[^}]*\\}", "{}").replaceAll("/\\*\\*$", "/{}");
    }
}
