package dev.culvert.auth;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.culvert.auth.AuthClient.Person;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.ConfigurableEnvironment;
import tools.jackson.databind.JsonNode;

/** Two instances of the service on the same stores decide as one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoInstancesIT extends RunningAuthService {
    @Autowired
    private ConfigurableEnvironment environment;

    private OtherInstance other;

    @BeforeAll
    void startTheOther() {
        other = OtherInstance.start(
                environment,
                clock,
                "--INITIAL_ADMIN_PASSWORD=Another-Admin-2",
                "--culvert.auth.signing-key.check-interval=500ms",
                "--culvert.auth.password.bcrypt-cost=8",
                "--culvert.auth.password.turn-wait=15s",
                "--culvert.auth.second-factor.required-for-administrators=false",
                "--ACCESS_TOKEN_EXPIRE_MINUTES=20",
                "--ADMIN_ACCESS_TOKEN_EXPIRE_MINUTES=10",
                "--REFRESH_TOKEN_EXPIRE_DAYS=3");
    }

    @AfterAll
    void stopTheOther() {
        other.close();
    }

    /** One that signs and the one that will sign next; tokens of one instance are good at the other. */
    @Test
    void haveTheSameSigningKeys() {
        String path = "/.well-known/jwks.json";

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(json(otherClient().get(path))).isEqualTo(json(client().get(path))));
        assertThat(column("SELECT id FROM auth.signing_key WHERE active")).hasSize(1);
        assertThat(column("SELECT id FROM auth.signing_key WHERE NOT active AND retired_at IS NULL"))
                .hasSize(1);
        String token = otherClient()
                .signIn(client().registerVerified())
                .get("access_token")
                .asString();
        assertThat(client().as(token).get("/api/v1/auth/me").statusCode()).isEqualTo(200);
    }

    @Test
    void haveOneFirstAdministrator() {
        assertThat(column("SELECT id FROM auth.account WHERE 'super_admin' = ANY (roles)"))
                .hasSize(1);
        assertThat(client().login("admin", ADMIN_PASSWORD).statusCode()).isEqualTo(200);
    }

    /** S1.16: of 50 parallel wrong logins at most five passwords are looked at. */
    @Test
    void lookAtNoMorePasswordsThanTheLimitTogether() throws Exception {
        Person ada = client().registerVerified();

        List<Integer> answers = inParallel(50, i -> client(i).login(ada.username(), "Wrong-Horse-" + i));

        assertThat(answers).filteredOn(status -> status == 401).hasSize(5);
        assertThat(answers).filteredOn(status -> status == 403).hasSize(45);
        assertThat(column("SELECT failures FROM auth.sign_in_guard WHERE subject = ?", "account:" + ada.userId()))
                .containsExactly("5");
    }

    /** S2.3, X-9: change the setting and exp follows. */
    @Test
    void giveTokensTheLifetimesTheyAreSetTo() {
        Person ada = client().registerVerified();

        JsonNode tokens = otherClient().signIn(ada);
        JsonNode admins = json(otherClient().login("admin", ADMIN_PASSWORD));

        JWTClaimsSet claims = AuthClient.claims(tokens.get("access_token").asString());
        assertThat(Duration.between(
                        claims.getIssueTime().toInstant(),
                        claims.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofMinutes(20));
        assertThat(tokens.get("expires_in").asInt()).isEqualTo(20 * 60);
        assertThat(admins.get("expires_in").asInt()).isEqualTo(10 * 60);
        assertThat(column(
                        "SELECT t.expires_at - t.created_at FROM auth.refresh_token t JOIN auth.session s ON s.id = session_id"
                                + " WHERE account_id = ?",
                        ada.userId()))
                .containsExactly("3 days");
    }

    /** S1.65 in small: many right passwords for one account at once are all let in. */
    @Test
    void letParallelGoodLoginsIn() throws Exception {
        Person ada = client().registerVerified();

        assertThat(inParallel(12, i -> client(i).login(ada.username(), PASSWORD)))
                .containsOnly(200);
    }

    /** The race that decides it all: 1,000 parallel uses of one refresh token, on both instances, have exactly one child. */
    @Test
    void giveOneRefreshTokenOneChild() throws Exception {
        Person ada = client().registerVerified();
        String token = client().signIn(ada).get("refresh_token").asString();
        Queue<String> children = new ConcurrentLinkedQueue<>();

        List<Integer> answers = inParallel(1_000, i -> {
            HttpResponse<String> answer = client(i).inParallel().refresh(token);
            if (answer.statusCode() == 200) {
                children.add(json(answer).get("refresh_token").asString());
            }
            return answer;
        });

        assertThat(answers).contains(200).isSubsetOf(200, 503);
        assertThat(Set.copyOf(children)).hasSize(1);
        assertThat(column(
                        "SELECT count(*) FROM auth.refresh_token t JOIN auth.session s ON s.id = session_id WHERE account_id = ?",
                        ada.userId()))
                .containsExactly("2");
        assertThat(client().refresh(children.element()).statusCode()).isEqualTo(200);
    }

    private AuthClient client(int number) {
        return number % 2 == 0 ? client() : otherClient();
    }

    private AuthClient otherClient() {
        return other.client();
    }

    private interface Call {
        HttpResponse<String> send(int number);
    }

    private static List<Integer> inParallel(int times, Call call) throws InterruptedException {
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            int number = i;
            calls.add(() -> call.send(number).statusCode());
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(calls).stream().map(Future::resultNow).toList();
        }
    }
}
