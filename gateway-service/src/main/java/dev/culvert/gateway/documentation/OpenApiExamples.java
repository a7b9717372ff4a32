package dev.culvert.gateway.documentation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gives each request and each answer of a description an example (requirement R12.2), made of the examples of their members
 * and, where a member has none, of its schema. Of a request only what is required and what has an example of its own.
 */
final class OpenApiExamples {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern WORDS = Pattern.compile("\\^\\(\\?:([a-z-]+)(\\|[a-z-]+)*\\)\\$");
    private static final String TEXT = "text";
    private static final int DEEPEST = 8;

    private final JsonNode document;
    private final JsonMapper json;
    private final Set<String> within = new HashSet<>(); // a schema that contains itself ends there

    private OpenApiExamples(JsonNode document, JsonMapper json) {
        this.document = document;
        this.json = json;
    }

    static void addTo(ObjectNode document, JsonMapper json) {
        OpenApiExamples examples = new OpenApiExamples(document, json);
        document.path("paths").forEach(path -> path.forEach(examples::addToOperation));
    }

    private void addToOperation(JsonNode operation) {
        operation.at("/requestBody/content").forEach(content -> add(content, true));
        operation.path("responses").properties().stream()
                .filter(response -> response.getKey().startsWith("2"))
                .forEach(response -> response.getValue().path("content").forEach(content -> add(content, false)));
    }

    private void add(JsonNode content, boolean request) {
        if (content instanceof ObjectNode mediaType
                && mediaType.has("schema")
                && !mediaType.has("example")
                && !mediaType.has("examples")) {
            mediaType.set("example", example(mediaType.get("schema"), request));
        }
    }

    private JsonNode example(JsonNode schema, boolean request) {
        if (schema.has("$ref")) {
            String reference = schema.get("$ref").asString();
            if (within.size() == DEEPEST || !within.add(reference)) {
                return NODES.nullNode();
            }
            try {
                return example(document.at(reference.substring(1)), request);
            } finally {
                within.remove(reference);
            }
        }
        for (String alternatives : new String[] {"oneOf", "anyOf"}) {
            if (!schema.path(alternatives).isEmpty()) {
                return example(schema.get(alternatives).get(0), request);
            }
        }
        String type = type(schema);
        return own(schema, type).orElseGet(() -> switch (type) {
            case "object" -> object(schema, request);
            case "array" -> array(schema, request);
            case "integer" ->
                NODES.numberNode(Math.max(1, schema.path("minimum").asLong(1)));
            case "number" ->
                NODES.numberNode(Math.max(1.0, schema.path("minimum").asDouble(1)));
            case "boolean" -> NODES.booleanNode(true);
            default -> NODES.stringNode(text(schema));
        });
    }

    /** The one the schema has; annotations hold it as text, and springdoc reads some as JSON, whatever its type. */
    private Optional<JsonNode> own(JsonNode schema, String type) {
        if (schema.path("enum").size() > 0 && !schema.has("example")) {
            return Optional.of(schema.get("enum").get(0));
        }
        JsonNode own = schema.has("const") ? schema.get("const") : schema.get("example");
        if (own == null) {
            return Optional.empty();
        }
        if (type.equals("string")) {
            return Optional.of(own.isString() ? own : NODES.stringNode(own.toString()));
        }
        if (!own.isString()) {
            return Optional.of(own);
        }
        try {
            return Optional.of(json.readTree(own.asString()));
        } catch (JacksonException notJson) {
            return Optional.of(own);
        }
    }

    /** OpenAPI 3.1 lists several types where null is one of them. */
    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isString()
                ? type.asString()
                : type.valueStream()
                        .map(JsonNode::asString)
                        .filter(name -> !name.equals("null"))
                        .findFirst()
                        .orElse(schema.has("properties") || schema.has("allOf") ? "object" : "string");
    }

    private ObjectNode object(JsonNode schema, boolean request) {
        ObjectNode object = NODES.objectNode();
        schema.path("allOf").forEach(part -> {
            if (example(part, request) instanceof ObjectNode members) {
                object.setAll(members);
            }
        });
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asString()));
        schema.path("properties").properties().forEach(property -> {
            boolean wanted = required.contains(property.getKey())
                    || !request
                    || property.getValue().has("example");
            JsonNode member = wanted ? example(property.getValue(), request) : NODES.nullNode();
            if (!member.isNull()) {
                object.set(property.getKey(), member);
            }
        });
        return object;
    }

    private ArrayNode array(JsonNode schema, boolean request) {
        JsonNode item = example(schema.path("items"), request);
        return item.isNull() ? NODES.arrayNode() : NODES.arrayNode().add(item);
    }

    private static String text(JsonNode schema) {
        Matcher words = WORDS.matcher(schema.path("pattern").asString(""));
        if (words.matches()) {
            return words.group(1);
        }
        return switch (schema.path("format").asString("")) {
            case "uuid" -> "3f2b8c1e-9d4a-4c6b-8e0f-5a7d1c2b3e4f";
            case "date-time" -> "2026-11-22T12:00:00Z";
            case "date" -> "2026-11-22";
            case "email" -> "ada@example.org";
            case "uri" -> "https://example.org/";
            default -> TEXT + "-".repeat(Math.max(0, schema.path("minLength").asInt() - TEXT.length()));
        };
    }
}
