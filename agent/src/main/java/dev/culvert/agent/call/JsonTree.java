package dev.culvert.agent.call;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value of somebody else, of which nothing is certain: what is not there, or is of another kind, reads as empty.
 *
 * @param value a map, a list, a text, a number, a boolean or null
 */
public record JsonTree(@Nullable Object value) {
    /** What is not there. */
    public static final JsonTree NOTHING = new JsonTree(null);

    private static final JsonFactory JSON = new JsonFactory();

    /** Reads a body; empty when it is not JSON. */
    public static Optional<JsonTree> read(InputStream body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() == null) {
                return Optional.empty();
            }
            return Optional.of(new JsonTree(valueAt(parser)));
        } catch (JacksonException e) {
            // Whoever asks wants to know whether it is JSON; why not is of no use to a user.
            return Optional.empty();
        }
    }

    /** The parser itself bounds depth and length. */
    private static @Nullable Object valueAt(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, valueAt(parser));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(valueAt(parser));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** A member of an object. */
    public JsonTree at(String name) {
        return value instanceof Map<?, ?> members ? new JsonTree(members.get(name)) : NOTHING;
    }

    /** The items of a list. */
    public List<JsonTree> items() {
        return value instanceof List<?> items
                ? items.stream().map(item -> new JsonTree(item)).toList()
                : List.of();
    }

    /** The text, or empty. */
    public String text() {
        return value instanceof String text ? text : "";
    }

    public boolean isObject() {
        return value instanceof Map;
    }

    public boolean isList() {
        return value instanceof List;
    }
}
