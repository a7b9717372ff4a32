package dev.culvert.contracts.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * The committed AsyncAPI 3 document tells consumers of the topics all there is. Run with {@code -Dculvert.schemas.write=true}
 * to renew it after a compatible change.
 */
class AsyncApiTest {
    private static final Path DOCUMENT = Path.of("../../docs/reference/asyncapi.json");
    private static final String SCHEMAS = "../../common-lib/contracts/src/main/resources/";

    @Test
    void committedDocumentNamesEveryTopicAndEvent() throws IOException {
        String expected = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(document()) + "\n";
        if (Boolean.getBoolean("culvert.schemas.write")) {
            Files.writeString(DOCUMENT, expected);
        }

        assertThat(DOCUMENT)
                .as("renew with: mvn -pl common-lib/contracts test -Dtest=AsyncApiTest -Dculvert.schemas.write=true")
                .hasContent(expected);
    }

    private static Map<String, Object> document() {
        Map<String, Object> channels = new LinkedHashMap<>();
        Map<String, Object> operations = new LinkedHashMap<>();
        for (String topic : Topics.ALL) {
            channels.put(topic, channel(topic));
            operations.put(
                    "receive." + topic,
                    object("action", "receive", "channel", reference("#/channels/" + escaped(topic))));
        }
        return object(
                "asyncapi",
                "3.0.0",
                "info",
                object(
                        "title",
                        "Culvert domain events",
                        "version",
                        "1",
                        "description",
                        "CloudEvents 1.0 in binary mode on Kafka. The record's key is the aggregate's id, so that the"
                                + " events of one aggregate keep their order. An event may come more than once: use its id."),
                "defaultContentType",
                "application/json",
                "channels",
                channels,
                "operations",
                operations,
                "components",
                object("messageTraits", object("cloudEvent", object("headers", headers()))));
    }

    private static Map<String, Object> channel(String topic) {
        Map<String, Object> messages = new LinkedHashMap<>();
        Arrays.stream(EventType.values())
                .filter(type -> type.topic().equals(topic))
                .forEach(type -> messages.put(type.shortName(), message(type)));
        return object("address", topic, "messages", messages);
    }

    private static Map<String, Object> message(EventType type) {
        return object(
                "name",
                type.cloudEventsType(),
                "contentType",
                "application/json",
                "traits",
                List.of(reference("#/components/messageTraits/cloudEvent")),
                "payload",
                object(
                        "schemaFormat",
                        "application/schema+json;version=draft-2020-12",
                        "schema",
                        reference(SCHEMAS + type.schemaResource())));
    }

    private static Map<String, Object> headers() {
        Map<String, Object> properties = new LinkedHashMap<>();
        List.of(
                        EventHeaders.SPEC_VERSION,
                        EventHeaders.ID,
                        EventHeaders.TYPE,
                        EventHeaders.SOURCE,
                        EventHeaders.SUBJECT,
                        EventHeaders.TIME,
                        EventHeaders.DATA_SCHEMA,
                        EventHeaders.TENANT_ID,
                        EventHeaders.ACTOR_ID,
                        EventHeaders.CORRELATION_ID,
                        EventHeaders.SEQUENCE,
                        EventHeaders.TRACEPARENT)
                .forEach(name -> properties.put(name, object("type", "string")));
        return object("type", "object", "properties", properties);
    }

    private static Map<String, Object> reference(String target) {
        return object("$ref", target);
    }

    /** A JSON pointer (RFC 6901) has meanings for two characters, none of which is in a topic's name so far. */
    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }
}
