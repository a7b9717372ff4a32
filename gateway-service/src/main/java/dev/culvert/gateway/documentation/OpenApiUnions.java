package dev.culvert.gateway.documentation;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes schemas of alternatives such that they can be checked. As services describe them, a union is one of its alternatives and
 * each alternative is all of the union, which no value ever comes to the end of; what an alternative has of the union is the
 * member that names it.
 */
final class OpenApiUnions {
    private static final String SCHEMAS = "#/components/schemas/";

    private OpenApiUnions() {}

    static void untangle(ObjectNode document) {
        JsonNode schemas = document.at("/components/schemas");
        schemas.properties().forEach(union -> {
            String member = union.getValue().at("/discriminator/propertyName").asString("");
            union.getValue().at("/discriminator/mapping").properties().forEach(alternative -> {
                JsonNode schema = document.at(alternative.getValue().asString().substring(1));
                if (schema.path("allOf") instanceof ArrayNode parts) {
                    untangle(parts, SCHEMAS + union.getKey(), member, alternative.getKey());
                }
            });
        });
    }

    private static void untangle(ArrayNode parts, String union, String member, String name) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).path("$ref").asString("").equals(union)) {
                ObjectNode own = parts.objectNode().put("type", "object");
                own.withObject("/properties")
                        .withObject("/" + member)
                        .put("type", "string")
                        .putArray("enum")
                        .add(name);
                own.putArray("required").add(member);
                parts.set(i, own);
            }
        }
    }
}
