package dev.culvert.e2e;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds values to the schemas of an OpenAPI description. Each schema is compiled with those it refers to and no others:
 * compiled as a part of the description, each would keep the whole of it, which is more than a test's memory holds.
 */
final class DescribedSchemas {
    private static final String COMPONENTS = "#/components/schemas/";

    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final JsonNode openApi;

    DescribedSchemas(JsonNode openApi) {
        this.openApi = openApi;
    }

    /** What is wrong with the schemas themselves, by the rules of JSON Schema. */
    List<String> faultsOfSchemas() {
        Schema rules = registry.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        return openApi.at("/components/schemas").properties().stream()
                .flatMap(schema ->
                        rules.validate(schema.getValue()).stream().map(error -> schema.getKey() + ": " + error))
                .toList();
    }

    /** What is wrong with a value by the schema at a JSON pointer of the description; nothing where it has none. */
    List<String> faults(String pointer, JsonNode value) {
        JsonNode schema = openApi.at(pointer);
        if (schema.isMissingNode()) {
            return List.of();
        }
        Schema compiled = registry.getSchema(selfContained(schema));
        return compiled.validate(value).stream().map(Object::toString).toList();
    }

    private ObjectNode selfContained(JsonNode schema) {
        Map<String, JsonNode> needed = new TreeMap<>();
        collect(schema, needed);
        ObjectNode whole = JsonMapper.shared().createObjectNode();
        whole.putArray("allOf").add(schema);
        whole.withObject("/components/schemas").setAll(needed);
        return whole;
    }

    private void collect(JsonNode schema, Map<String, JsonNode> needed) {
        for (String reference : schema.findValuesAsString("$ref")) {
            String name = reference.substring(COMPONENTS.length());
            JsonNode referred = openApi.at(reference.substring(1));
            if (needed.putIfAbsent(name, referred) == null) {
                collect(referred, needed);
            }
        }
    }
}
