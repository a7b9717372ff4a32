package dev.culvert.e2e;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes a body of an operation's schema: what is required, with examples where the description gives them. */
final class SampleBody {
    private static final JsonNodeFactory NODES = JsonMapper.shared().getNodeFactory();

    private final JsonNode openApi;

    SampleBody(JsonNode openApi) {
        this.openApi = openApi;
    }

    JsonNode of(JsonNode schema) {
        JsonNode shape =
                schema.has("$ref") ? openApi.at(schema.get("$ref").asString().substring(1)) : schema;
        if (shape.has("example")) {
            return parsed(shape.get("example"), type(shape));
        }
        if (shape.path("enum").size() > 0) {
            return shape.get("enum").get(0);
        }
        return switch (type(shape)) {
            case "object" -> object(shape);
            case "array" -> array(shape);
            case "integer", "number" ->
                NODES.numberNode(Math.max(1, shape.path("minimum").asInt()));
            case "boolean" -> NODES.booleanNode(true);
            default -> NODES.stringNode(text(shape.path("format").asString("")));
        };
    }

    /** Examples stand in annotations as text, whatever their type. */
    private static JsonNode parsed(JsonNode example, String type) {
        boolean structured = type.equals("array") || type.equals("object");
        return structured && example.isString() ? JsonMapper.shared().readTree(example.asString()) : example;
    }

    /** OpenAPI 3.1 lists several types where null is one of them. */
    private static String type(JsonNode shape) {
        JsonNode type = shape.path("type");
        if (type.isString()) {
            return type.asString();
        }
        return type.valueStream()
                .map(JsonNode::asString)
                .filter(name -> !name.equals("null"))
                .findFirst()
                .orElse(shape.has("properties") ? "object" : "string");
    }

    private ObjectNode object(JsonNode shape) {
        ObjectNode object = NODES.objectNode();
        shape.path("required")
                .valueStream()
                .map(JsonNode::asString)
                .forEach(name -> object.set(name, of(shape.path("properties").path(name))));
        return object;
    }

    private ArrayNode array(JsonNode shape) {
        return NODES.arrayNode().add(of(shape.path("items")));
    }

    private static String text(String format) {
        return switch (format) {
            case "uuid" -> UUID.randomUUID().toString();
            case "date-time" -> Instant.now().plus(1, ChronoUnit.DAYS).toString();
            case "uri" -> "https://example.org/";
            case "email" -> "somebody@example.org";
            default -> "sample";
        };
    }
}
