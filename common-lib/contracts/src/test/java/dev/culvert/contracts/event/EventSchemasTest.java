package dev.culvert.contracts.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * The committed JSON Schemas are what the records say (R10.10b). Run with {@code -Dculvert.schemas.write=true} to renew
 * them after a compatible change.
 */
class EventSchemasTest {
    private static final Path SCHEMAS = Path.of("src/main/resources");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest
    @EnumSource(EventType.class)
    void committedSchemaDescribesTheRecord(EventType type) throws IOException {
        Path file = SCHEMAS.resolve(type.schemaResource());
        String expected = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schemaOf(type)) + "\n";
        if (Boolean.getBoolean("culvert.schemas.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, expected);
        }

        assertThat(file)
                .as(
                        "renew with: mvn -pl common-lib/contracts test -Dtest=EventSchemasTest -Dculvert.schemas.write=true")
                .hasContent(expected);
    }

    @Test
    void everyRecordOfEveryFamilyIsInTheCatalogue() {
        List<Class<?>> records = List.of(DomainEvent.class.getPermittedSubclasses()).stream()
                .flatMap(family -> List.of(family.getPermittedSubclasses()).stream())
                .toList();

        assertThat(List.of(EventType.values()))
                .extracting(EventType::record)
                .containsExactlyInAnyOrderElementsOf(records.stream()
                        .<Class<? extends DomainEvent>>map(type -> type.asSubclass(DomainEvent.class))
                        .toList());
    }

    private static Map<String, Object> schemaOf(EventType type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new java.util.ArrayList<>();
        for (RecordComponent component : type.record().getRecordComponents()) {
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            properties.put(component.getName(), schemaOf(component.getGenericType(), nullable));
            if (!nullable) {
                required.add(component.getName());
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", type.cloudEventsType());
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", required);
        return schema;
    }

    private static Map<String, Object> schemaOf(Type type, boolean nullable) {
        Map<String, Object> schema = new LinkedHashMap<>();
        String name = jsonType(type);
        schema.put("type", nullable ? List.of(name, "null") : name);
        if (type == UUID.class) {
            schema.put("format", "uuid");
        } else if (type == Instant.class) {
            schema.put("format", "date-time");
        } else if (type instanceof ParameterizedType collection) {
            schema.put("items", schemaOf(collection.getActualTypeArguments()[0], false));
        }
        return schema;
    }

    private static String jsonType(Type type) {
        if (type == String.class || type == UUID.class || type == Instant.class) {
            return "string";
        }
        if (type == long.class || type == int.class || type == Integer.class) {
            return "integer";
        }
        if (type == boolean.class) {
            return "boolean";
        }
        if (type instanceof ParameterizedType collection
                && Collection.class.isAssignableFrom((Class<?>) collection.getRawType())) {
            return "array";
        }
        throw new IllegalArgumentException("No schema rule for " + type);
    }
}
