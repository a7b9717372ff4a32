package dev.culvert.auth.cleanup;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestingPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Nothing grows without end, and what ends by itself is told like what somebody ended. */
class CleanupIT extends RunningAuthService {
    @Autowired
    private Cleanup cleanup;

    /** AC1.3, S1.53: an administrator's session ends after 30 minutes without use; a user's goes on. */
    @Test
    void endsIdleSessionsOfAdministrators() {
        JsonNode idle = json(client().login("admin", ADMIN_PASSWORD));
        JsonNode used = json(client().login("admin", ADMIN_PASSWORD));
        JsonNode user = client().signIn(client().registerVerified());

        clock.skip(Duration.ofMinutes(16));
        JsonNode renewed = json(client().refresh(used.get("refresh_token").asString()));
        clock.skip(Duration.ofMinutes(15));

        ProblemAssert.assertThat(client().refresh(idle.get("refresh_token").asString()))
                .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
        assertThat(client().refresh(renewed.get("refresh_token").asString()).statusCode())
                .isEqualTo(200);
        assertThat(client().refresh(user.get("refresh_token").asString()).statusCode())
                .isEqualTo(200);
    }

    /** S1.53: sessions expire, and everybody who listens is told; R2.6a: recorded as session_timeout. */
    @Test
    void announcesTheEndOfSessionsNobodyEnded() {
        Person ada = client().registerVerified();
        client().signIn(ada);

        clock.skip(Duration.ofDays(7).plusMinutes(1));
        cleanup.run();

        assertThat(PublishedEvents.first(EventType.SESSION_ENDED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("timed_out");
        assertThat(column(
                        "SELECT severity FROM auth.audit_record WHERE account_id = ? AND type = 'session_timeout'",
                        ada.userId()))
                .containsExactly("info");
        assertThat(column("SELECT is_active FROM auth.session WHERE account_id = ?", ada.userId()))
                .containsExactly("f");
    }

    @Test
    void removesEverythingThatHasServedItsTime() {
        Person ada = client().registerVerified();
        client().refresh(client().signIn(ada).get("refresh_token").asString());
        client().post("/api/v1/auth/password-reset", Map.of("email", ada.email()));
        client().post("/api/v1/auth/passkeys/sign-in-options");
        AuthClient guesser = client();
        guesser.login("nobody-" + System.nanoTime(), PASSWORD);
        AuthClient.resetToken(ada);

        clock.skip(Duration.ofDays(40));
        cleanup.run(); // the session ends
        clock.skip(Duration.ofDays(60));
        cleanup.run(); // and is forgotten

        assertThat(rows("auth.session WHERE account_id = ?", ada.userId())).isZero();
        assertThat(rows("auth.email_verification WHERE account_id = ?", ada.userId()))
                .isZero();
        assertThat(rows("auth.password_reset WHERE account_id = ?", ada.userId()))
                .isZero();
        assertThat(rows("auth.mail WHERE recipient = ?", ada.email())).isZero();
        assertThat(rows("auth.passkey_challenge WHERE purpose = ?", "sign_in")).isZero();
        assertThat(rows("auth.sign_in_address WHERE client_address = ?", guesser.source()))
                .isZero();
        assertThat(rows("auth.sign_in_guard WHERE subject = ?", "account:" + ada.userId()))
                .isZero();
        assertThat(column("SELECT DISTINCT type FROM auth.audit_record WHERE account_id = ?", ada.userId()))
                .contains("login", "session_timeout", "password_change")
                .doesNotContain("token_refresh");
    }

    /** More than one batch at once, in transactions of a bounded size. */
    @Test
    void removesABacklogInBatches() {
        TestingPostgres.shared().execute("""
                INSERT INTO auth.mail (id, recipient, subject, sealed_body, created_at, expires_at, next_attempt_at, sent_at)
                SELECT gen_random_uuid(), 'backlog@example.org', '', '', now() - interval '100 days', now(), now(),
                  now() - interval '99 days' FROM generate_series(1, 1201)""");

        cleanup.run();

        assertThat(rows("auth.mail WHERE recipient = ?", "backlog@example.org")).isZero();
    }

    private static int rows(String where, Object parameter) {
        List<String> counts = column("SELECT count(*) FROM " + where, parameter);
        return Integer.parseInt(counts.getFirst());
    }
}
