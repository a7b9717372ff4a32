package dev.culvert.user.preference;

import static dev.culvert.user.UserClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestCallers;
import dev.culvert.user.RunningUserService;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** R3.2: defaults, round trip, refusals. */
class PreferencesIT extends RunningUserService {
    private static final String PREFERENCES = "/api/v1/users/preferences";

    @Test
    void areTheDefaultsAtFirst() {
        JsonNode preferences = json(client(TestCallers.user()).get(PREFERENCES));

        assertThat(preferences.get("theme").asString()).isEqualTo("light");
        assertThat(preferences.get("language").asString()).isEqualTo("en");
        assertThat(preferences.get("notifications").asBoolean()).isTrue();
    }

    @Test
    void keepWhatTheirOwnerChooses() {
        TestCallers ada = TestCallers.user();
        Map<String, Object> chosen = Map.of("theme", "dark", "language", "pt-BR", "notifications", false);

        assertThat(client(ada).put(PREFERENCES, chosen).statusCode()).isEqualTo(200);

        JsonNode read = json(client(ada).get(PREFERENCES));
        assertThat(read.get("theme").asString()).isEqualTo("dark");
        assertThat(read.get("language").asString()).isEqualTo("pt-BR");
        assertThat(read.get("notifications").asBoolean()).isFalse();
        JsonNode patched = json(client(ada).patch(PREFERENCES, "{\"theme\":\"light\",\"language\":null}"));
        assertThat(patched.get("theme").asString()).isEqualTo("light");
        assertThat(patched.get("language").asString()).isEqualTo("en");
        assertThat(patched.get("notifications").asBoolean()).isFalse();
        var updated = PublishedEvents.first(EventType.PREFERENCES_UPDATED, ada.userId());
        assertThat(updated.tenantId()).isEqualTo(ada.tenantId().toString());
        assertThat(updated.data().get("changedFields").values())
                .extracting(JsonNode::asString)
                .containsExactlyInAnyOrder("theme", "language", "notifications");
        assertThat(json(client(TestCallers.user()).get(PREFERENCES))
                        .get("theme")
                        .asString())
                .isEqualTo("light");
    }

    @Test
    void refuseWhatDoesNotExist() {
        TestCallers ada = TestCallers.user();

        ProblemAssert.assertThat(client(ada).put(PREFERENCES, Map.of("theme", "blue", "language", "de-Latn-AT-x")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("theme", "language");
        ProblemAssert.assertThat(client(ada).patch(PREFERENCES, Map.of("theme", "blue")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("theme");
        ProblemAssert.assertThat(client(ada).put(PREFERENCES, Map.of("notifications", "yes")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("notifications");
        assertThat(json(client(ada).get(PREFERENCES)).get("theme").asString()).isEqualTo("light");
    }
}
