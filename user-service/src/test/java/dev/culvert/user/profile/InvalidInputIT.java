package dev.culvert.user.profile;

import static dev.culvert.user.UserClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestCallers;
import dev.culvert.user.RunningUserService;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** PT5: what is not valid is refused, whatever field it is in, and changes nothing. */
class InvalidInputIT extends RunningUserService {
    private static final String PROFILE = "/api/v1/users/profile";
    private static final String PREFERENCES = "/api/v1/users/preferences";
    private static final int INPUTS = 200;

    private static final Map<String, Object> VALID_PROFILE = Map.of(
            "firstName",
            "Ada",
            "lastName",
            "Lovelace",
            "nickname",
            "ada",
            "avatar",
            "https://example.org/a.png",
            "locale",
            "en-GB");
    private static final Map<String, Object> VALID_PREFERENCES =
            Map.of("theme", "dark", "language", "pt-BR", "notifications", false);

    /** A way to be no valid value of a field. */
    private record Fault(String path, String field, Function<Random, Object> value) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault(PROFILE, "firstName", random -> text(random, 101)),
            new Fault(PROFILE, "firstName", InvalidInputIT::withControlCharacter),
            new Fault(PROFILE, "lastName", random -> text(random, 101)),
            new Fault(PROFILE, "lastName", InvalidInputIT::withControlCharacter),
            new Fault(PROFILE, "nickname", random -> text(random, 101)),
            new Fault(PROFILE, "nickname", InvalidInputIT::withControlCharacter),
            new Fault(PROFILE, "nickname", InvalidInputIT::noText),
            new Fault(PROFILE, "avatar", random -> "https://example.org/" + text(random, 2_049)),
            new Fault(PROFILE, "avatar", random -> "javascript:" + text(random, 1)),
            new Fault(PROFILE, "avatar", random -> "data:image/svg+xml," + text(random, 1)),
            new Fault(PROFILE, "avatar", random -> "https://example.org/" + withControlCharacter(random)),
            new Fault(PROFILE, "avatar", InvalidInputIT::noText),
            new Fault(PROFILE, "locale", random -> "en-" + text(random, 36)),
            new Fault(PROFILE, "locale", random -> random.nextInt(1_000) + "en"),
            new Fault(PROFILE, "locale", random -> "en_" + text(random, 1)),
            new Fault(PROFILE, "locale", InvalidInputIT::withControlCharacter),
            new Fault(PREFERENCES, "theme", random -> "theme-" + text(random, 1)),
            new Fault(PREFERENCES, "theme", InvalidInputIT::noText),
            new Fault(PREFERENCES, "language", random -> "en-" + text(random, 11)),
            new Fault(PREFERENCES, "language", random -> random.nextInt(1_000) + "de"),
            new Fault(PREFERENCES, "notifications", random -> text(random, 1)),
            new Fault(PREFERENCES, "notifications", InvalidInputIT::noText));

    /** Printable text of at least so many characters. */
    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = length + random.nextInt(20); i > 0; i--) {
            text.append((char) ('!' + random.nextInt('~' - '!')));
        }
        return text.toString();
    }

    private static String withControlCharacter(Random random) {
        StringBuilder text = new StringBuilder(text(random, 5));
        return text.insert(random.nextInt(text.length()), (char) (1 + random.nextInt(31)))
                .toString();
    }

    private static Object noText(Random random) {
        return random.nextBoolean() ? List.of(text(random, 1)) : Map.of("a", text(random, 1));
    }

    @Test
    void isAlwaysRefusedAndChangesNothing() {
        TestCallers ada = registered();
        assertThat(client(ada).put(PROFILE, VALID_PROFILE).statusCode()).isEqualTo(200);
        assertThat(client(ada).put(PREFERENCES, VALID_PREFERENCES).statusCode()).isEqualTo(200);
        JsonNode profile = json(client(ada).get(PROFILE));
        JsonNode preferences = json(client(ada).get(PREFERENCES));
        long seed = new Random().nextLong();
        Random random = new Random(seed);

        for (int i = 0; i < INPUTS; i++) {
            Fault fault = FAULTS.get(i % FAULTS.size());
            Map<String, Object> body = new HashMap<>(fault.path.equals(PROFILE) ? VALID_PROFILE : VALID_PREFERENCES);
            body.put(fault.field, fault.value.apply(random));

            HttpResponse<String> answer = random.nextBoolean()
                    ? client(ada).put(fault.path, body)
                    : client(ada).patch(fault.path, body);

            assertThat(answer.statusCode())
                    .as("seed %d: %s %s: %s", seed, fault.path, body, answer.body())
                    .isEqualTo(400);
        }
        assertThat(json(client(ada).get(PROFILE))).isEqualTo(profile);
        assertThat(json(client(ada).get(PREFERENCES))).isEqualTo(preferences);
    }

    /** R3.7: what would be a command elsewhere is text here. */
    @Test
    void isNeverRunAsSqlOrScript() {
        TestCallers ada = registered();
        for (String text : List.of(
                "'; DROP TABLE users.profile; --",
                "' OR '1'='1",
                "<script>alert(1)</script>",
                "\" onload=\"alert(1)",
                "{{7*7}}${7*7}",
                "\\u0027; SELECT pg_sleep(9) --")) {
            for (String field : List.of("firstName", "lastName", "nickname")) {
                HttpResponse<String> answer = client(ada).put(PROFILE, Map.of(field, text));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(json(client(ada).get(PROFILE)).path(field).asString())
                        .isEqualTo(text);
            }
            for (String field : List.of("avatar", "locale")) {
                ProblemAssert.assertThat(client(ada).put(PROFILE, Map.of(field, text)))
                        .isProblem(ProblemCode.VALIDATION_ERROR);
            }
        }
    }
}
