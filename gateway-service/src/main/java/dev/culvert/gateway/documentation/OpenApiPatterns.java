package dev.culvert.gateway.documentation;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says patterns in the words of JSON Schema (ECMA-262, found anywhere in a text), as services describe them in those of Java
 * (a whole text).
 */
final class OpenApiPatterns {
    private static final String PATTERN = "pattern";
    private static final String CONTROL = "\\p{Cntrl}";
    private static final String CONTROL_ELSEWHERE = "\\x00-\\x1f\\x7f";

    private OpenApiPatterns() {}

    static void translate(JsonNode node) {
        if (node instanceof ObjectNode schema
                && schema.has("type")
                && schema.path(PATTERN).isString()) {
            String pattern = schema.get(PATTERN).asString().replace(CONTROL, CONTROL_ELSEWHERE);
            schema.put(PATTERN, pattern.startsWith("^") ? pattern : "^(?:" + pattern + ")$");
        }
        node.forEach(OpenApiPatterns::translate);
    }
}
