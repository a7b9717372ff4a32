package dev.culvert.auth.account;

import static dev.culvert.auth.AuthClient.json;
import static dev.culvert.auth.AuthClient.mailedToken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import dev.culvert.testing.TestingIssuer;
import dev.culvert.testing.TestingMailbox;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S1.13: valid, spent, expired, garbled. */
class EmailVerificationIT extends RunningAuthService {
    private static final String PATH = "/api/v1/auth/verify-email";

    @Test
    void confirmsTheAddressForBrowsersWithAPlainPage() throws Exception {
        Person ada = client().register();
        String mail = TestingMailbox.shared().awaitTo(ada.email()).text();
        assertThat(mail).contains(TestingIssuer.ISSUER + PATH + "?token=");

        HttpResponse<String> page = client().get(
                        PATH + "?token=" + mailedToken(ada), "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body()).contains("<html lang=\"en\">", "<h1>Your e-mail address is confirmed</h1>");
        assertThat(page.body()).doesNotContain("<script", "<style", "style=");
        PublishedEvents.first(EventType.EMAIL_VERIFIED, ada.userId());
    }

    @Test
    void confirmsTheAddressForProgramsWithJson() {
        Person ada = client().register();
        Person eve = client().register();
        Person bob = client().register();

        assertThat(json(client().get(PATH + "?token=" + mailedToken(ada)))
                        .get("emailVerified")
                        .asBoolean())
                .isTrue();
        assertThat(client().post(PATH, Map.of("token", mailedToken(eve))).statusCode())
                .isEqualTo(200);
        assertThat(client().post(PATH + "/" + mailedToken(bob)).statusCode()).isEqualTo(200);
    }

    @Test
    void worksOnce() {
        Person ada = client().registerVerified();

        ProblemAssert.assertThat(client().post(PATH, Map.of("token", mailedToken(ada))))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasAlias("VERIFICATION_TOKEN_USED")
                .hasViolationsOf("token");
    }

    /** 24 hours. */
    @Test
    void worksForADay() {
        Person early = client().register();
        Person late = client().register();
        String earlyToken = mailedToken(early);
        String lateToken = mailedToken(late);

        clock.skip(Duration.ofHours(24).minusMinutes(5));
        assertThat(client().post(PATH, Map.of("token", earlyToken)).statusCode())
                .isEqualTo(200);
        clock.skip(Duration.ofMinutes(10));
        ProblemAssert.assertThat(client().post(PATH, Map.of("token", lateToken)))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasAlias("VERIFICATION_TOKEN_EXPIRED");
    }

    @Test
    void refusesAGarbledLinkInBothFormats() {
        ProblemAssert.assertThat(client().get(PATH + "?token=%00%3Cb%3E"))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasAlias("VERIFICATION_TOKEN_INVALID");
        HttpResponse<String> page = client().get(PATH + "?token=x", "Accept", "text/html");
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).contains("could not be confirmed");
        ProblemAssert.assertThat(client().get(PATH))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("token");
    }

    @Test
    void sendsAnotherMailWhenAskedButNotTwiceAMinute() {
        Person ada = client().register();
        mailedToken(ada);

        assertThat(resend(ada.email())).isEqualTo(202);
        assertThat(mailsTo(ada)).hasSize(1);
        clock.skip(Duration.ofSeconds(61));
        assertThat(resend(ada.email())).isEqualTo(202);
        await().atMost(Duration.ofSeconds(30)).until(() -> mailsTo(ada).size() == 2);

        String newToken = AuthClient.tokenIn(mailsTo(ada).getLast().text());
        assertThat(client().post(PATH, Map.of("token", newToken)).statusCode()).isEqualTo(200);
        assertThat(resend("nobody-" + System.nanoTime() + "@example.org")).isEqualTo(202);
    }

    private int resend(String email) {
        return client().post("/api/v1/auth/resend-verification", Map.of("email", email))
                .statusCode();
    }

    private static List<TestingMailbox.Mail> mailsTo(Person person) {
        return TestingMailbox.shared().mails().stream()
                .filter(mail -> mail.to().equals(person.email()))
                .toList();
    }
}
