package dev.culvert.auth.account;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RegistrationIT extends RunningAuthService {

    /** S1.1 (the account can sign in: see SignInIT), X-23: everybody gets a personal tenant. */
    @Test
    void makesAnAccountWithATenantAndAnnouncesIt() {
        HttpResponse<String> answer = client().register("ada-" + System.nanoTime(), mail("ada"), PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode body = json(answer);
        assertThat(body.get("emailVerified").asBoolean()).isFalse();
        var event = PublishedEvents.first(
                EventType.USER_REGISTERED, UUID.fromString(body.get("userId").asString()));
        assertThat(event.tenantId()).isEqualTo(body.get("tenantId").asString());
        assertThat(event.data().get("tenantId")).isEqualTo(body.get("tenantId"));
        assertThat(event.data().get("email")).isEqualTo(body.get("email"));
        assertThat(event.data().get("tier").asString()).isEqualTo("free");
        assertThat(event.data().get("roles").values())
                .extracting(JsonNode::asString)
                .containsExactly("user");
    }

    /** S1.2, whatever the case the name is written in. */
    @Test
    void refusesATakenNameAndATakenAddress() {
        Person ada = client().register();

        ProblemAssert.assertThat(client().register(ada.username().toUpperCase(), mail("other"), PASSWORD))
                .isProblem(ProblemCode.ALREADY_EXISTS)
                .hasAlias("USERNAME_EXISTS")
                .hasViolationsOf("username");
        ProblemAssert.assertThat(client().register(
                                "other-" + System.nanoTime(), ada.email().toUpperCase(), PASSWORD))
                .isProblem(ProblemCode.ALREADY_EXISTS)
                .hasAlias("EMAIL_EXISTS")
                .hasViolationsOf("email");
    }

    /** S1.2: two parallel registrations of one address leave one account. */
    @Test
    void letsOneOfParallelRegistrationsOfAnAddressWin() throws Exception {
        String email = mail("race");
        List<Callable<Integer>> registrations = IntStream.range(0, 6)
                .<Callable<Integer>>mapToObj(
                        i -> () -> client().register("race" + i + "-" + System.nanoTime(), email, PASSWORD)
                                .statusCode())
                .toList();
        List<Integer> answers;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = threads.invokeAll(registrations).stream()
                    .map(Future::resultNow)
                    .toList();
        }

        assertThat(answers)
                .containsOnlyOnce(201)
                .filteredOn(status -> status != 201)
                .hasSize(5)
                .containsOnly(409);
        assertThat(column("SELECT id FROM auth.account WHERE email = ?", email)).hasSize(1);
    }

    /** S1.2, S1.17, R1.3: every field that is refused is named. */
    @Test
    void namesEveryFieldThatIsNotValid() {
        ProblemAssert.assertThat(client().register("a b", "no-address", "short"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("username", "email", "password");
        ProblemAssert.assertThat(client().post("/api/v1/auth/register", "{}"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("username", "email", "password");
    }

    /** unknown members are refused, so nobody can register themselves a role. */
    @Test
    void refusesUnknownMembers() {
        Map<String, Object> body = Map.of(
                "username",
                "eve-" + System.nanoTime(),
                "email",
                mail("eve"),
                "password",
                PASSWORD,
                "roles",
                List.of("super_admin"));

        ProblemAssert.assertThat(client().post("/api/v1/auth/register", body))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("roles");
    }

    @Test
    void refusesAPasswordBuiltOnTheName() {
        String id = UUID.randomUUID().toString().substring(0, 8);

        ProblemAssert.assertThat(client().register("lovelace" + id, id + "@example.org", "Lovelace" + id + "!"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("password");
    }

    /** S1.3 for events and the database. */
    @Test
    void keepsThePasswordNowhereButAsASlowHash() {
        Person ada = client().register();
        PublishedEvents.until(EventType.USER_REGISTERED, ada.userId())
                .forEach(event -> assertThat(event.data().toString()).doesNotContain(PASSWORD));

        assertThat(column("SELECT password_hash FROM auth.account WHERE id = ?", ada.userId()))
                .singleElement()
                .asString()
                .startsWith("{bcrypt-hmac}$2a$08$");
        assertThat(column("SELECT sealed_body FROM auth.mail WHERE recipient = ?", ada.email()))
                .noneMatch(body -> body.contains("verify-email"));
    }

    /** The first start makes one administrator, who can sign in at once and has the short token of X-9. */
    @Test
    void hasAnAdministratorFromTheStart() {
        HttpResponse<String> answer = client().login("admin", ADMIN_PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("expires_in").asInt()).isEqualTo(15 * 60);
        assertThat(column("SELECT roles::text FROM auth.account WHERE username = 'admin'"))
                .containsExactly("{super_admin,user}");
    }

    private static String mail(String name) {
        return name + "-" + System.nanoTime() + "@example.org";
    }
}
