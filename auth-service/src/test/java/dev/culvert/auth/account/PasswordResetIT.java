package dev.culvert.auth.account;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.resetToken;
import static dev.culvert.auth.AuthClient.resetTokenIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestingMailbox;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import tools.jackson.databind.JsonNode;

class PasswordResetIT extends RunningAuthService {
    private static final String REQUEST = "/api/v1/auth/password-reset";
    private static final String CONFIRM = "/api/v1/auth/password-reset/confirm";
    private static final String NEW_PASSWORD = "Quiet-Lantern-4";

    @Autowired
    private JavaMailSenderImpl mailServer;

    private int mailPort;

    @AfterEach
    void bringTheMailServerBack() {
        if (mailPort != 0) {
            mailServer.setPort(mailPort);
        }
    }

    /** S1.12: a new password, sessions ended, a lock lifted; S1.32: counted. */
    @Test
    void setsANewPasswordEndsSessionsAndLiftsALock() {
        Person ada = client().registerVerified();
        JsonNode before = client().signIn(ada);
        for (int i = 0; i < 6; i++) {
            client().login(ada.username(), "Wrong-Horse-7");
        }
        ProblemAssert.assertThat(client().login(ada.username(), PASSWORD)).isProblem(ProblemCode.ACCOUNT_LOCKED);

        assertThat(request(ada.email()).statusCode()).isEqualTo(202);
        assertThat(confirm(resetToken(ada), NEW_PASSWORD).statusCode()).isEqualTo(204);

        assertThat(client().login(ada.username(), NEW_PASSWORD).statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(client().login(ada.username(), PASSWORD)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        ProblemAssert.assertThat(
                        client().as(before.get("access_token").asString()).get("/api/v1/auth/me"))
                .isProblem(ProblemCode.AUTH_TOKEN_INVALID);
        ProblemAssert.assertThat(client().refresh(before.get("refresh_token").asString()))
                .isProblem(ProblemCode.REFRESH_TOKEN_INVALID);
        assertThat(PublishedEvents.first(EventType.PASSWORD_CHANGED, ada.userId())
                        .data()
                        .get("reason")
                        .asString())
                .isEqualTo("reset");
        assertThat(client().get("/metrics").body()).contains("password_resets_total{result=\"done\"");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> mailsTo(ada).stream()
                        .anyMatch(mail -> mail.subject().equals("Your Culvert password was changed")));
    }

    /** S1.12: one use. */
    @Test
    void takesATokenOnce() {
        Person ada = client().registerVerified();
        request(ada.email());
        String token = resetToken(ada);

        assertThat(confirm(token, NEW_PASSWORD).statusCode()).isEqualTo(204);

        refused(confirm(token, "Other-Lantern-5"));
        assertThat(client().login(ada.username(), NEW_PASSWORD).statusCode()).isEqualTo(200);
    }

    /** S1.12: after 61 minutes it fails. */
    @Test
    void takesATokenForAnHour() {
        Person ada = client().registerVerified();
        request(ada.email());
        String token = resetToken(ada);

        clock.skip(Duration.ofMinutes(61));

        refused(confirm(token, NEW_PASSWORD));
        refused(confirm("rubbish", NEW_PASSWORD));
    }

    /** S1.11: known and unknown addresses, mail server off: the same answer; the mail waits in the queue. */
    @Test
    void answersTheSameForKnownAndUnknownAddressesAndWithoutTheMailServer() {
        Person ada = client().registerVerified();
        mailPort = mailServer.getPort();
        mailServer.setPort(1);

        HttpResponse<String> known = request(ada.email());
        HttpResponse<String> unknown = request("nobody-" + System.nanoTime() + "@example.org");

        assertThat(known.statusCode()).isEqualTo(202);
        assertThat(unknown.statusCode()).isEqualTo(202);
        assertThat(known.body()).isEqualTo(unknown.body());
        mailServer.setPort(mailPort);
        assertThat(resetToken(ada)).isNotBlank();
    }

    /** The same rows are written for an address nobody has, down to a mail that is never sent. */
    @Test
    void doesTheSameWorkForUnknownAddresses() {
        String rows = "SELECT (SELECT count(*) FROM auth.password_reset) || ' ' || (SELECT count(*) FROM auth.mail)"
                + " || ' ' || (SELECT count(*) FROM auth.audit_record WHERE result = 'reset_requested')";
        String before = column(rows).getFirst();

        request("nobody-" + System.nanoTime() + "@example.org");

        assertThat(increments(before, column(rows).getFirst())).containsExactly(1, 1, 1);
    }

    @Test
    void sendsOneMailAMinute() {
        Person ada = client().registerVerified();
        request(ada.email());
        String first = resetToken(ada);

        request(ada.email());
        clock.skip(Duration.ofSeconds(61));
        request(ada.email().toUpperCase());

        await().atMost(Duration.ofSeconds(30)).until(() -> resetMails(ada).size() == 2);
        String second = resetTokenIn(resetMails(ada).getLast().text());
        assertThat(confirm(second, NEW_PASSWORD).statusCode()).isEqualTo(204);
        refused(confirm(first, "Other-Lantern-5"));
    }

    /** S1.17 for the new password; the token is not used up by a refusal. */
    @Test
    void refusesAWeakOrCommonNewPassword() {
        Person ada = client().registerVerified();
        request(ada.email());
        String token = resetToken(ada);

        ProblemAssert.assertThat(confirm(token, "short"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("newPassword");
        ProblemAssert.assertThat(confirm(token, "P@ssw0rd2024"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("newPassword");
        assertThat(confirm(token, NEW_PASSWORD).statusCode()).isEqualTo(204);
    }

    /** Whoever reads the mail of an unconfirmed address has confirmed it. */
    @Test
    void confirmsTheAddressTheTokenWasReadAt() {
        Person ada = client().register();
        request(ada.email());

        assertThat(confirm(resetToken(ada), NEW_PASSWORD).statusCode()).isEqualTo(204);

        assertThat(client().login(ada.username(), NEW_PASSWORD).statusCode()).isEqualTo(200);
    }

    /** The link opens a form that works without script and names its field to people who cannot see it. */
    @Test
    void showsAFormToBrowsers() {
        Person ada = client().registerVerified();
        request(ada.email());
        String token = resetToken(ada);

        HttpResponse<String> form = client().get(CONFIRM + "?token=" + token, "Accept", "text/html,*/*;q=0.8");
        HttpResponse<String> weak = client().postForm(CONFIRM, Map.of("token", token, "newPassword", "short"));
        HttpResponse<String> done = client().postForm(CONFIRM, Map.of("token", token, "newPassword", NEW_PASSWORD));

        assertThat(form.statusCode()).isEqualTo(200);
        assertThat(form.body())
                .contains("<label for=\"new-password\">", "autocomplete=\"new-password\"")
                .doesNotContain("<script", "style=");
        assertThat(form.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'");
        assertThat(form.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(weak.statusCode()).isEqualTo(400);
        assertThat(weak.body()).contains("role=\"alert\"");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(client().login(ada.username(), NEW_PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void escapesWhatTheLinkHolds() {
        assertThat(client().get(CONFIRM + "?token=%22%3E%3Cscript%3E", "Accept", "text/html")
                        .body())
                .doesNotContain("<script>");
    }

    @Test
    void namesWhatIsMissing() {
        ProblemAssert.assertThat(client().post(REQUEST, "{}"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("email");
        ProblemAssert.assertThat(client().post(CONFIRM, "{}"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("token", "newPassword");
        ProblemAssert.assertThat(client().post(REQUEST, Map.of("email", "eve@example.org\r\nBcc: all@example.org")))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    private HttpResponse<String> request(String email) {
        return client().post(REQUEST, Map.of("email", email));
    }

    private HttpResponse<String> confirm(String token, String newPassword) {
        return client().post(CONFIRM, Map.of("token", token, "newPassword", newPassword));
    }

    private static void refused(HttpResponse<String> answer) {
        ProblemAssert.assertThat(answer)
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasAlias("RESET_TOKEN_INVALID")
                .hasViolationsOf("token");
    }

    private static List<TestingMailbox.Mail> resetMails(Person person) {
        return mailsTo(person).stream()
                .filter(mail -> mail.text().contains("password-reset/confirm"))
                .toList();
    }

    private static List<TestingMailbox.Mail> mailsTo(Person person) {
        return TestingMailbox.shared().mails().stream()
                .filter(mail -> mail.to().equalsIgnoreCase(person.email()))
                .toList();
    }

    private static List<Integer> increments(String before, String after) {
        List<String> old = List.of(before.split(" "));
        List<String> now = List.of(after.split(" "));
        return IntStream.range(0, old.size())
                .mapToObj(i -> Integer.parseInt(now.get(i)) - Integer.parseInt(old.get(i)))
                .toList();
    }
}
