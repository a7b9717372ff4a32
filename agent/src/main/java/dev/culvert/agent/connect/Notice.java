package dev.culvert.agent.connect;

import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A line of the service on the control stream. What it does not say, or in words of a later version, is empty.
 *
 * @param replica the one the link leads to
 * @param replicas how many there are
 */
record Notice(Optional<String> replica, OptionalInt replicas) {
    private static final JsonFactory JSON = new JsonFactory();

    static Notice read(byte[] line) {
        Optional<String> replica = Optional.empty();
        OptionalInt replicas = OptionalInt.empty();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Notice(replica, replicas);
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && "replica".equals(name)) {
                    replica = Optional.of(parser.getString());
                } else if (value == JsonToken.VALUE_NUMBER_INT && "replicas".equals(name)) {
                    replicas = OptionalInt.of(parser.getIntValue());
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            // A line that is no JSON says nothing; what was read before it broke off counts.
            return new Notice(replica, replicas);
        }
        return new Notice(replica, replicas);
    }
}
