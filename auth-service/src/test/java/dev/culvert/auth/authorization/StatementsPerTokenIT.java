package dev.culvert.auth.authorization;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** How often what is asked for most goes to the database; the first statement of each tells PostgreSQL the scope. */
class StatementsPerTokenIT extends RunningAuthorizationServer {
    private static final int TRIES = 30;

    @Autowired
    MeterRegistry meters;

    @Test
    void aTokenByClientCredentialsTakesTwo() {
        App app = confidentialApp();
        Map<String, String> request = Map.of("grant_type", "client_credentials");
        assertThat(token(app, request).statusCode()).isEqualTo(200); // begins the session of all that follow

        assertThat(fewestStatements(() -> token(app, request).statusCode())).isEqualTo(2);
    }

    /** The conditional update that decides, what it leads to, and the record of it. */
    @Test
    void aRefreshTakesFour() {
        Person ada = client().registerVerified();
        String[] next = {client().signIn(ada).get("refresh_token").asString()};

        assertThat(fewestStatements(() -> {
                    var answer = client().refresh(next[0]);
                    next[0] = json(answer).get("refresh_token").asString();
                    return answer.statusCode();
                }))
                .isEqualTo(4);
    }

    @Test
    void anExchangeOfAKeyTakesTwo() {
        String key = json(client().signedIn()
                        .post("/api/v1/api-keys", Map.of("name", "often", "scopes", List.of("tunnels:read"))))
                .get("key")
                .asString();
        AuthClient gateway = client().as(key);

        assertThat(fewestStatements(
                        () -> gateway.post("/internal/api-keys/exchange").statusCode()))
                .isEqualTo(2);
    }

    /** Of several requests, because jobs of the service run statements, too. */
    private int fewestStatements(Supplier<Integer> request) {
        return IntStream.range(0, TRIES)
                .map(_ -> {
                    double before = statements();
                    assertThat(request.get()).isEqualTo(200);
                    return (int) (statements() - before);
                })
                .min()
                .orElseThrow();
    }

    private double statements() {
        return meters.find("db.queries").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
