package dev.culvert.platform.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import org.springframework.mock.env.MockEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** X-14, R8.3: each line is one JSON object, whatever is said in it. */
class JsonLogFormatterTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final LoggerContext context = new LoggerContext();
    private final ThrowableProxyConverter stackTraces = new ThrowableProxyConverter();
    private final JsonLogFormatter formatter = new JsonLogFormatter(
            new MockEnvironment().withProperty("spring.application.name", "sample-service"), stackTraces);

    @Test
    void givesTheIdsOfARequestFieldsOfTheirOwnAndSortsTheRest() {
        Map<String, String> mdc = Map.of("correlation_id", "c-1", "traceId", "t-1", "spanId", "", "zone", "b");
        LoggingEvent event = event(mdc, "Answered {}", null, "well");
        event.setInstant(Instant.parse("2026-11-23T01:02:03.004005Z"));
        event.addKeyValuePair(new KeyValuePair("status_code", 200));
        event.addKeyValuePair(new KeyValuePair("duration_ms", 1.5));
        event.addKeyValuePair(new KeyValuePair("cached", true));
        event.addKeyValuePair(new KeyValuePair("user_id", null));
        event.addKeyValuePair(new KeyValuePair("ratio", Double.NaN));

        assertThat(formatter.format(event))
                .isEqualTo(
                        "{\"timestamp\":\"2026-11-23T01:02:03.004Z\",\"level\":\"WARN\",\"service\":\"sample-service\","
                                + "\"component\":\"a.b.C\",\"message\":\"Answered well\",\"correlation_id\":\"c-1\",\"trace_id\":\"t-1\","
                                + "\"context\":{\"cached\":true,\"duration_ms\":1.5,\"ratio\":\"NaN\",\"status_code\":200,\"zone\":\"b\"}}\n");
    }

    @Test
    void tellsAFailureWithItsStackTrace() {
        stackTraces.start();

        JsonNode line =
                JSON.readTree(formatter.format(event(Map.of(), "It failed", new IllegalStateException("why \"so\""))));

        assertThat(line.path("exception").asString())
                .startsWith("java.lang.IllegalStateException: why \"so\"")
                .contains("\n\tat ");
        assertThat(line.has("context")).isFalse();
    }

    @Test
    void keepsAnyTextOnOneLine() {
        Random random = new Random(14);
        for (int round = 0; round < 2_000; round++) {
            String text = random.ints(random.nextInt(20), 0, round % 2 == 0 ? 0x100 : 0xd800)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .append("\"\\/\u2028\n\r\t")
                    .toString();
            LoggingEvent event = event(Map.of(), "{}", null, text);
            event.addKeyValuePair(new KeyValuePair(text, new StringBuilder(text)));

            String line = formatter.format(event);

            assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
            assertThat(line).doesNotContain("\r");
            JsonNode read = JSON.readTree(line);
            assertThat(read.path("message").asString()).isEqualTo(text);
            assertThat(read.path("context").path(text).asString()).isEqualTo(text);
        }
    }

    private LoggingEvent event(
            Map<String, String> mdc, String message, @Nullable Throwable failure, Object... arguments) {
        LoggingEvent event = new LoggingEvent(
                JsonLogFormatterTest.class.getName(),
                context.getLogger("a.b.C"),
                Level.WARN,
                message,
                failure,
                arguments);
        event.setMDCPropertyMap(mdc);
        return event;
    }
}
