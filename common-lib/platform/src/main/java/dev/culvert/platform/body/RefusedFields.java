package dev.culvert.platform.body;

import dev.culvert.contracts.problem.Violation;
import jakarta.validation.Validator;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds all fields of a body that do not fit, where Jackson stops at the first: it takes each misfit out of the tree and
 * reads again, then validates what could be read, so that missing and mistyped fields are named together.
 */
final class RefusedFields {
    /** A body with more misfits than this is not a slip. */
    private static final int MOST = 50;

    private final JsonNode tree;
    private final ObjectReader reader;
    private final Validator validator;
    private final Map<String, Violation> found = new LinkedHashMap<>();

    RefusedFields(JsonNode tree, ObjectReader reader, Validator validator) {
        this.tree = tree;
        this.reader = reader;
        this.validator = validator;
    }

    /** All violations, starting with the misfit the first reading stopped at. */
    List<Violation> findFrom(DatabindException first) {
        DatabindException misfit = first;
        while (misfit != null && add(misfit) && found.size() < MOST && takeOut(misfit.getPath())) {
            misfit = readAgain();
        }
        return List.copyOf(found.values());
    }

    private @Nullable DatabindException readAgain() {
        try {
            Object value = reader.readValue(tree);
            if (value != null && !(value instanceof Collection<?>)) {
                validator.validate(value).forEach(violation -> {
                    String field = violation.getPropertyPath().toString();
                    found.putIfAbsent(field, new Violation(field, violation.getMessage()));
                });
            }
            return null;
        } catch (DatabindException next) {
            return next;
        }
    }

    /** Whether the misfit was not known yet. */
    private boolean add(DatabindException misfit) {
        String field = name(misfit.getPath());
        return found.putIfAbsent(field, new Violation(field, reason(misfit))) == null;
    }

    private static String name(List<JacksonException.Reference> path) {
        var name = new StringBuilder();
        for (JacksonException.Reference step : path) {
            if (step.getPropertyName() == null) {
                name.append('[').append(step.getIndex()).append(']');
            } else {
                name.append(name.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return name.isEmpty() ? "body" : name.toString();
    }

    private static String reason(DatabindException misfit) {
        return switch (misfit) {
            case UnrecognizedPropertyException _ -> "is not known here";
            case MismatchedInputException e when e.getTargetType() != null -> expected(e.getTargetType());
            default -> "is not valid";
        };
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(Object::toString)
                    .collect(Collectors.joining(", ", "must be one of ", ""));
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "must be text";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "must be true or false";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "must be a number";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "must be a list";
        }
        return type.getName().startsWith("java.") ? "must be a " + type.getSimpleName() : "must be an object";
    }

    private boolean takeOut(List<JacksonException.Reference> path) {
        if (path.isEmpty()) {
            return false;
        }
        JsonNode parent = tree;
        for (JacksonException.Reference step : path.subList(0, path.size() - 1)) {
            parent =
                    step.getPropertyName() == null ? parent.path(step.getIndex()) : parent.path(step.getPropertyName());
        }
        JacksonException.Reference last = path.getLast();
        return switch (parent) {
            case ObjectNode object -> object.remove(last.getPropertyName()) != null;
            case ArrayNode array
            when last.getIndex() < array.size() -> {
                array.setNull(last.getIndex());
                yield true;
            }
            default -> false;
        };
    }
}
