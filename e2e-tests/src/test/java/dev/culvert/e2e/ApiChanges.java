package dev.culvert.e2e;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What a new description of the API takes from those who rely on an old one: operations, answers, members of answers, or the
 * freedom to leave something out of a request. Additions take nothing.
 */
final class ApiChanges {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final String VERSION = "/api/v1/";
    private static final String ANYTHING = "*/*";
    private static final String JSON = "application/json";

    private final JsonNode before;
    private final JsonNode after;
    private final List<String> breaking = new ArrayList<>();
    private final Set<String> compared = new HashSet<>();

    private ApiChanges(JsonNode before, JsonNode after) {
        this.before = before;
        this.after = after;
    }

    /** Changes that break callers of version 1, each with its place. */
    static List<String> breaking(JsonNode before, JsonNode after) {
        ApiChanges changes = new ApiChanges(before, after);
        before.path("paths").properties().forEach(path -> {
            if (path.getKey().startsWith(VERSION)) {
                path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .forEach(operation -> changes.operation(
                                operation.getKey() + " " + path.getKey(),
                                operation.getValue(),
                                after.path("paths").path(path.getKey()).path(operation.getKey())));
            }
        });
        return changes.breaking;
    }

    private void operation(String place, JsonNode old, JsonNode now) {
        if (now.isMissingNode()) {
            breaking.add(place + " is gone");
            return;
        }
        Set<String> known = required(old);
        required(now).stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> breaking.add(place + " needs the parameter " + name));
        JsonNode oldBody = old.path("requestBody");
        JsonNode body = now.path("requestBody");
        if (body.path("required").asBoolean() && !oldBody.path("required").asBoolean()) {
            breaking.add(place + " needs a body");
        }
        content(place + " body", oldBody, body, true);
        old.path("responses").properties().forEach(answer -> {
            if (answer.getKey().startsWith("2")) {
                JsonNode same = now.path("responses").path(answer.getKey());
                if (same.isMissingNode()) {
                    breaking.add(place + " no longer answers " + answer.getKey());
                } else {
                    content(
                            place + " " + answer.getKey(),
                            resolved(before, answer.getValue()),
                            resolved(after, same),
                            false);
                }
            }
        });
    }

    private static Set<String> required(JsonNode operation) {
        return operation
                .path("parameters")
                .valueStream()
                .filter(parameter -> parameter.path("required").asBoolean())
                .map(parameter -> parameter.path("in").asString() + " "
                        + parameter.path("name").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void content(String place, JsonNode old, JsonNode now, boolean sent) {
        old.path("content").properties().forEach(type -> {
            JsonNode same = now.path("content").path(type.getKey());
            if (same.isMissingNode() && !sent && type.getKey().equals(ANYTHING)) {
                same = now.path("content").path(JSON); // which it was before it was said
            }
            if (same.isMissingNode()) {
                breaking.add(place + " is no longer " + type.getKey());
            } else {
                schema(place, type.getValue().path("schema"), same.path("schema"), sent);
            }
        });
    }

    /** @param sent whether callers send it, rather than get it */
    private void schema(String place, JsonNode oldSchema, JsonNode nowSchema, boolean sent) {
        if (oldSchema.has("$ref") && !compared.add(oldSchema.get("$ref").asString() + ' ' + nowSchema + ' ' + sent)) {
            return; // seen, or within itself
        }
        JsonNode old = resolved(before, oldSchema);
        JsonNode now = resolved(after, nowSchema);
        if (old.has("type") && now.has("type") && !types(old).equals(types(now))) {
            breaking.add(place + " is no longer " + types(old) + " but " + types(now));
        }
        enums(place, old, now, sent);
        Set<String> needed = strings(now.path("required"));
        if (sent) {
            needed.stream()
                    .filter(name -> !strings(old.path("required")).contains(name))
                    .forEach(name -> breaking.add(place + " needs " + name));
        }
        old.path("properties").properties().forEach(member -> {
            JsonNode same = now.path("properties").path(member.getKey());
            String inside = place + "." + member.getKey();
            if (!same.isMissingNode()) {
                schema(inside, member.getValue(), same, sent);
            } else if (!sent) {
                breaking.add(inside + " is gone");
            }
        });
        if (old.has("items") && now.has("items")) {
            schema(place + "[]", old.path("items"), now.path("items"), sent);
        }
    }

    private void enums(String place, JsonNode old, JsonNode now, boolean sent) {
        if (sent && now.has("enum")) {
            Set<String> allowed = strings(now.path("enum"));
            strings(old.path("enum")).stream()
                    .filter(value -> !allowed.contains(value))
                    .forEach(value -> breaking.add(place + " no longer takes " + value));
        }
    }

    private static Set<String> types(JsonNode schema) {
        return schema.path("type").isArray()
                ? strings(schema.path("type"))
                : Set.of(schema.path("type").asString());
    }

    private static Set<String> strings(JsonNode array) {
        return array.valueStream()
                .map(value -> Objects.requireNonNullElse(value.asString(null), value.toString()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonNode resolved(JsonNode document, JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }
}
