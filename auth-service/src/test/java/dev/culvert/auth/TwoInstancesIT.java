package dev.culvert.auth;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.ConfigurableEnvironment;

/** Two instances of the service on the same stores decide as one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoInstancesIT extends RunningAuthService {
    @Autowired
    private ConfigurableEnvironment environment;

    private OtherInstance other;

    @BeforeAll
    void startTheOther() {
        other = OtherInstance.start(environment, clock, "--INITIAL_ADMIN_PASSWORD=Another-Admin-2");
    }

    @AfterAll
    void stopTheOther() {
        other.close();
    }

    @Test
    void haveOneSigningKey() {
        String path = "/.well-known/jwks.json";

        assertThat(json(otherClient().get(path))).isEqualTo(json(client().get(path)));
        assertThat(column("SELECT id FROM auth.signing_key")).hasSize(1);
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

    /** S1.65 in small: many right passwords for one account at once are all let in. */
    @Test
    void letParallelGoodLoginsIn() throws Exception {
        Person ada = client().registerVerified();

        assertThat(inParallel(12, i -> client(i).login(ada.username(), PASSWORD)))
                .containsOnly(200);
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
