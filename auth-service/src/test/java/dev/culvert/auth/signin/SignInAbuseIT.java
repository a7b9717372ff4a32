package dev.culvert.auth.signin;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.auth.account.Passwords;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.TestingMailbox;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What attackers send to the sign-in, and what they must neither learn nor break. */
class SignInAbuseIT extends RunningAuthService {
    private static final String LOGIN = "/api/v1/auth/login";
    private static final int MOST_WAITING = 24;

    @Autowired
    private Passwords passwords;

    @Autowired
    private MeterRegistry meters;

    /** S1.6 for time: an unknown name costs one slow hash like a known one. */
    @Test
    void hashesForUnknownNamesToo() {
        Person ada = client().registerVerified();

        assertThat(hashesDuring(() -> client().login(ada.username(), "Wrong-Horse-7")))
                .isEqualTo(1);
        assertThat(hashesDuring(() -> client().login("nobody-" + System.nanoTime(), "Wrong-Horse-7")))
                .isEqualTo(1);
    }

    /** A flood of sign-ins waits for its turn or is sent away; what needs no password hash goes on. */
    @Test
    void keepsWorkingForOthersDuringAFlood() throws Exception {
        Person ada = client().registerVerified();
        AuthClient signedIn =
                client().as(client().signIn(ada).get("access_token").asString());
        String refreshToken = client().signIn(ada).get("refresh_token").asString();
        CountDownLatch end = new CountDownLatch(1);
        int turns = Runtime.getRuntime().availableProcessors();
        CountDownLatch taken = new CountDownLatch(turns);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                IntStream.range(0, turns)
                        .forEach(_ -> threads.submit(() -> passwords.inTurn(() -> {
                            taken.countDown();
                            return awaited(end);
                        })));
                assertThat(awaited(taken)).isTrue();
                List<Future<HttpResponse<String>>> flood = IntStream.range(0, MOST_WAITING)
                        .mapToObj(
                                i -> threads.submit(() -> client().inParallel().login("nobody-" + i, "Wrong-Horse-7")))
                        .toList();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> meters.get("password.waiting").gauge().value() == MOST_WAITING);

                HttpResponse<String> tooMany = client().login(ada.username(), PASSWORD);

                ProblemAssert.assertThat(tooMany).isProblem(ProblemCode.SERVICE_UNAVAILABLE);
                assertThat(tooMany.headers().firstValueAsLong("Retry-After")).hasValue(5);
                assertThat(signedIn.get("/api/v1/auth/me").statusCode()).isEqualTo(200);
                assertThat(client().refresh(refreshToken).statusCode()).isEqualTo(200);
                assertThat(flood).noneMatch(Future::isDone);
            } finally {
                end.countDown();
            }
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> client().login(ada.username(), PASSWORD).statusCode() == 200);
    }

    /** 10 MB of JSON, and a name or password that is merely far too long. */
    @Test
    void sendsHugeBodiesAwayCleanly() {
        String huge = "x".repeat(10 * 1024 * 1024);
        AuthClient client = client().inParallel(); // not over HTTP/2, whose first request has to wait for an upgrade

        ProblemAssert.assertThat(client.post(LOGIN, Map.of("username", huge, "password", "x")))
                .isProblem(ProblemCode.PAYLOAD_TOO_LARGE);
        ProblemAssert.assertThat(client.postForm(LOGIN, Map.of("username", "ada", "password", huge)))
                .isProblem(ProblemCode.PAYLOAD_TOO_LARGE);
        ProblemAssert.assertThat(client().post(LOGIN, Map.of("username", "x".repeat(256), "password", "x")))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("username");
        ProblemAssert.assertThat(client().post(LOGIN, Map.of("username", "ada", "password", "x".repeat(1_001))))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("password");
        assertThat(client().get("/health/live").statusCode()).isEqualTo(200);
    }

    /** Names that try to write headers or log lines of their own. */
    @Test
    void keepsLineBreaksInNamesOutOfMailsAndRecords() {
        String injection = "eve\r\nBcc: victim@example.org\r\nX-Evil: 1 \u001b[31m";
        String id = "eve" + System.nanoTime();

        ProblemAssert.assertThat(client().register(injection, id + "@example.org", PASSWORD))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("username");
        ProblemAssert.assertThat(client().register(id, id + "@example.org\r\nBcc: victim@example.org", PASSWORD))
                .isProblem(ProblemCode.VALIDATION_ERROR);
        HttpResponse<String> login = client().login(injection + id, "Wrong-Horse-7");

        ProblemAssert.assertThat(login).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(login.headers().map().keySet()).doesNotContain("x-evil");
        assertThat(column("SELECT attempted_name FROM auth.audit_record WHERE attempted_name LIKE ?", "%" + id))
                .singleElement()
                .asString()
                .doesNotContainPattern("\\p{Cntrl}");
        assertThat(TestingMailbox.shared().mails()).noneMatch(mail -> mail.to().contains("victim"));
    }

    /** S1.18: 90 bytes, as JSON and as form. */
    @Test
    void takesAPasswordOfNinetyBytes() {
        String username = "long" + System.nanoTime();
        String password = "Aa1-" + "\u00e9".repeat(43);
        client().register(username, username + "@example.org", password);

        ProblemAssert.assertThat(client().login(username, password.substring(0, 46) + "x"))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        ProblemAssert.assertThat(client().login(username, password)).isProblem(ProblemCode.EMAIL_NOT_VERIFIED);
    }

    /** S1.17 and the list beside it: what guessers try first is no password here. */
    @Test
    void refusesCommonPasswordsAtRegistration() {
        String username = "weak" + System.nanoTime();

        HttpResponse<String> answer = client().register(username, username + "@example.org", "P@ssw0rd2024");

        ProblemAssert.assertThat(answer).isProblem(ProblemCode.VALIDATION_ERROR).hasViolationsOf("password");
        assertThat(json(answer).at("/errors/0/reason").asString()).contains("first that are guessed");
    }

    /** S1.3: in no answer and on no log line, whether it was right, wrong, weak or of no use. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void neverRepeatsAPassword(CapturedOutput log) {
        String password = "Secret-Squirrel-" + System.nanoTime();
        String username = "s" + System.nanoTime();
        String email = username + "@example.org";
        List<HttpResponse<String>> answers = List.of(
                client().register(username, email, password),
                client().register(username, email, password),
                client().register(username, "no-address", password),
                client().login(username, password),
                client().login("nobody-" + username, password),
                client().post(LOGIN, "{\"username\":\"" + username + "\",\"password\":\"" + password + "\"\"}"),
                client().post(LOGIN, Map.of("username", username, "password", password, "more", password)),
                client().postForm(LOGIN, Map.of("password", password)),
                client().post(
                                "/api/v1/auth/password-reset/confirm",
                                Map.of("token", password, "newPassword", password)),
                client().get("/api/v1/auth/me?password=" + password));

        assertThat(answers).extracting(HttpResponse::body).noneMatch(body -> body.contains(password));
        assertThat(log.getAll()).doesNotContain(password);
        assertThat(column("SELECT r::text FROM auth.audit_record r")).noneMatch(row -> row.contains(password));
    }

    private long hashesDuring(Runnable work) {
        long before = meters.get("password.hash").timer().count();
        work.run();
        return meters.get("password.hash").timer().count() - before;
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
