package dev.culvert.auth.signingkey;

import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.SignedJWT;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestingPostgres;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** P2.7.5: rotate at an interval; old tokens stay valid until they expire. */
class KeyRotationIT extends RunningAuthService {
    private static final String ME = "/api/v1/auth/me";

    @Autowired
    private KeyRotation rotation;

    @AfterEach
    void removeTheFault() {
        TestingPostgres.shared().execute("DROP TRIGGER IF EXISTS fault ON auth.signing_key");
        TestingPostgres.shared().execute("DROP FUNCTION IF EXISTS auth.fault()");
    }

    @Test
    void publishesTheNextKeyTheOneThatSignsAndTheLastOne() {
        Person ada = client().registerVerified();
        skipToJustBeforeTheRotation();
        String before = token(ada);
        String next = published().stream()
                .filter(id -> !id.equals(keyOf(before)) && !retired().contains(id))
                .findFirst()
                .orElseThrow();

        clock.skip(Duration.ofMinutes(6));
        await().atMost(Duration.ofSeconds(30)).until(() -> keyOf(token(ada)).equals(next)); // by its schedule

        assertThat(published()).hasSizeGreaterThanOrEqualTo(3).contains(keyOf(before), next);
        assertThat(client().as(before).get(ME).statusCode()).isEqualTo(200);
        assertThat(client().as(token(ada)).get(ME).statusCode()).isEqualTo(200);

        clock.skip(Duration.ofMinutes(31));
        ProblemAssert.assertThat(client().as(before).get(ME)).isProblem(ProblemCode.AUTH_TOKEN_EXPIRED);
        clock.skip(Duration.ofHours(25));
        rotation.rotateIfDue();
        assertThat(published()).doesNotContain(keyOf(before)).contains(next).hasSize(2);
    }

    /** The database goes away between the retirement of one key and the start of the next: nothing has happened. */
    @Test
    void changesNothingWhenTheDatabaseIsLostInTheMiddle() {
        Person ada = client().registerVerified();
        skipToJustBeforeTheRotation();
        String before = keyOf(token(ada));
        TestingPostgres.shared().execute("""
                CREATE FUNCTION auth.fault() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                  PERFORM pg_terminate_backend(pg_backend_pid());
                  PERFORM pg_sleep(1);
                  RETURN NEW;
                END $$""");
        TestingPostgres.shared().execute("""
                CREATE TRIGGER fault BEFORE UPDATE ON auth.signing_key
                FOR EACH ROW WHEN (NEW.active) EXECUTE FUNCTION auth.fault()""");
        clock.skip(Duration.ofMinutes(6));

        assertThatThrownBy(rotation::rotateIfDue).isNotNull();

        assertThat(keyOf(token(ada))).isEqualTo(before);
        assertThat(column("SELECT id FROM auth.signing_key WHERE active")).containsExactly(before);
        removeTheFault();
        await().atMost(Duration.ofSeconds(30)).until(() -> !keyOf(token(ada)).equals(before));
    }

    /** Five minutes before the active key has signed for 30 days, with the next one long published. */
    private void skipToJustBeforeTheRotation() {
        rotation.rotateIfDue();
        Instant due = Instant.parse(
                        column("SELECT to_char(activated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
                                        + " FROM auth.signing_key WHERE active")
                                .getFirst())
                .plus(Duration.ofDays(30));
        clock.skip(Duration.between(clock.instant(), due).minusMinutes(5));
    }

    private String token(Person person) {
        return client().signIn(person).get("access_token").asString();
    }

    private List<String> published() {
        return json(client().get("/.well-known/jwks.json"))
                .get("keys")
                .valueStream()
                .map(key -> key.get("kid").asString())
                .toList();
    }

    private static List<String> retired() {
        return column("SELECT id FROM auth.signing_key WHERE retired_at IS NOT NULL");
    }

    private static String keyOf(String token) {
        try {
            return SignedJWT.parse(token).getHeader().getKeyID();
        } catch (ParseException e) {
            throw new AssertionError(token, e);
        }
    }
}
