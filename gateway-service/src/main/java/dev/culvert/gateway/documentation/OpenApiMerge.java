package dev.culvert.gateway.documentation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.springframework.util.StringUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Puts the OpenAPI documents of several services into one. Components of the same name are shared when they are the same
 * and else get the service's name in front, with all references; so do operation ids. Paths that the gateway does not
 * route are left out.
 */
final class OpenApiMerge {
    private static final List<String> METHODS =
            List.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
    private static final String COMPONENTS = "#/components/";

    private final ObjectNode merged;
    private final Set<String> operationIds = new HashSet<>();
    private final Set<String> tags = new HashSet<>();

    /** Starts with the gateway's own document. */
    OpenApiMerge(JsonMapper json, JsonNode own) {
        merged = json.createObjectNode();
        merged.setAll((ObjectNode) own.deepCopy());
        paths().forEach(this::rememberOperations);
        array("tags").forEach(tag -> tags.add(tag.path("name").asString()));
    }

    /** Adds the document of a service. */
    OpenApiMerge add(String service, JsonNode document) {
        ObjectNode copy = (ObjectNode) document.deepCopy();
        Map<String, String> renamed = clashes(service, copy);
        rewriteReferences(copy, renamed);
        addComponents(copy.path("components"), renamed);
        copy.path("paths").properties().forEach(path -> {
            if (isRouted(path.getKey())) {
                addPath(service, path.getKey(), (ObjectNode) path.getValue());
            }
        });
        copy.path("tags").forEach(tag -> {
            if (tags.add(tag.path("name").asString())) {
                array("tags").add(tag);
            }
        });
        return this;
    }

    ObjectNode document() {
        return merged;
    }

    private static boolean isRouted(String path) {
        return path.startsWith("/api/v") || path.startsWith("/.well-known/");
    }

    /** References to components that must change, old to new; a component clashes too when what it refers to does. */
    private Map<String, String> clashes(String service, ObjectNode document) {
        Map<String, String> renamed = new HashMap<>();
        boolean found = true;
        while (found) {
            found = false;
            for (var section : document.path("components").properties()) {
                for (var component : section.getValue().properties()) {
                    String reference = COMPONENTS + section.getKey() + '/' + component.getKey();
                    JsonNode known =
                            merged.path("components").path(section.getKey()).path(component.getKey());
                    if (!renamed.containsKey(reference) && !known.isMissingNode()) {
                        JsonNode rewritten = component.getValue().deepCopy();
                        rewriteReferences(rewritten, renamed);
                        if (!known.equals(rewritten)) {
                            renamed.put(
                                    reference,
                                    COMPONENTS
                                            + section.getKey()
                                            + '/'
                                            + StringUtils.capitalize(service)
                                            + component.getKey());
                            found = true;
                        }
                    }
                }
            }
        }
        return renamed;
    }

    private static void rewriteReferences(JsonNode node, Map<String, String> renamed) {
        if (node instanceof ObjectNode object) {
            for (var member : List.copyOf(object.properties())) {
                String to = member.getValue().isString()
                        ? renamed.get(member.getValue().asString())
                        : null;
                if (to == null) {
                    rewriteReferences(member.getValue(), renamed);
                } else {
                    object.set(member.getKey(), StringNode.valueOf(to)); // $ref, or a discriminator's mapping
                }
            }
        } else {
            node.forEach(element -> rewriteReferences(element, renamed));
        }
    }

    private void addComponents(JsonNode components, Map<String, String> renamed) {
        components.properties().forEach(section -> {
            ObjectNode target = merged.withObject("/components").withObject("/" + section.getKey());
            section.getValue().properties().forEach(component -> {
                String reference = COMPONENTS + section.getKey() + '/' + component.getKey();
                String name = renamed.getOrDefault(reference, reference);
                target.set(name.substring(name.lastIndexOf('/') + 1), component.getValue());
            });
        });
    }

    private void addPath(String service, String path, ObjectNode item) {
        for (String method : METHODS) {
            if (item.path(method) instanceof ObjectNode operation) {
                String id = operation.path("operationId").asString("");
                if (!id.isEmpty() && !operationIds.add(id)) {
                    String unique = service + StringUtils.capitalize(id);
                    operationIds.add(unique);
                    operation.put("operationId", unique);
                }
            }
        }
        if (merged.path("paths").path(path) instanceof ObjectNode known) {
            known.setAll(item);
        } else {
            paths().set(path, item);
        }
    }

    private void rememberOperations(JsonNode item) {
        StreamSupport.stream(item.spliterator(), false)
                .map(operation -> operation.path("operationId").asString(""))
                .filter(id -> !id.isEmpty())
                .forEach(operationIds::add);
    }

    private ObjectNode paths() {
        return merged.withObject("/paths");
    }

    private ArrayNode array(String name) {
        return merged.withArray("/" + name);
    }
}
