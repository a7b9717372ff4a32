package dev.culvert.auth.secondfactor;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static dev.culvert.auth.AuthClient.claims;
import static dev.culvert.auth.AuthClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.identity.CallerClaims;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import dev.culvert.testing.PublishedEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** AC1.2: an authenticator app (RFC 6238), asked for after the password. */
class SecondFactorIT extends RunningAuthService {
    private static final String FACTOR = "/api/v1/auth/second-factor";
    private static final String SECOND_STEP = "/api/v1/auth/login/second-factor";
    private static final Duration STEP = Duration.ofSeconds(30);

    private record Protected(Person person, TestingApp app, List<String> recoveryCodes) {}

    @Test
    void asksForACodeAfterThePassword() throws Exception {
        Protected ada = protectedPerson();

        HttpResponse<String> first = client().login(ada.person().username(), PASSWORD);

        assertThat(first.statusCode()).isEqualTo(200);
        JsonNode challenge = json(first);
        assertThat(challenge.has("access_token")).isFalse();
        assertThat(challenge.get("second_factor_required").asBoolean()).isTrue();
        assertThat(challenge.get("enrolment_required").asBoolean()).isFalse();
        assertThat(first.headers().firstValue("Cache-Control")).contains("no-store");

        HttpResponse<String> second = secondStep(challenge, ada.app().code());

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(json(second).has("recovery_codes")).isFalse();
        var claims = claims(json(second).get("access_token").asString());
        assertThat(claims.getStringListClaim(CallerClaims.METHODS)).containsExactly("mfa", "otp", "pwd");
        assertThat(claims.getLongClaim(CallerClaims.AUTHENTICATED_AT))
                .isCloseTo(clock.instant().getEpochSecond(), within(60L));
        JsonNode renewed =
                json(client().refresh(json(second).get("refresh_token").asString()));
        assertThat(claims(renewed.get("access_token").asString()).getLongClaim(CallerClaims.AUTHENTICATED_AT))
                .isEqualTo(claims.getLongClaim(CallerClaims.AUTHENTICATED_AT));
    }

    /** a page that asks for it gets its refresh token in a cookie here too. */
    @Test
    void keepsTheRefreshTokenInACookieForPages() {
        Protected ada = protectedPerson();

        HttpResponse<String> answer = client().post(
                        SECOND_STEP + "?cookie=true",
                        Map.of(
                                "challenge",
                                challenge(ada).get("challenge").asString(),
                                "code",
                                ada.app().code()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).has("access_token")).isTrue();
        assertThat(json(answer).has("refresh_token")).isFalse();
        assertThat(answer.headers().allValues("Set-Cookie"))
                .anyMatch(cookie -> cookie.startsWith("culvert_refresh=") && cookie.contains("HttpOnly"));
    }

    /** RFC 6238 §5.2: a code that was seen over a shoulder is of no use. */
    @Test
    void takesEachCodeAndEachChallengeOnce() {
        Protected ada = protectedPerson();
        String code = ada.app().code();
        JsonNode challenge = challenge(ada);
        assertThat(secondStep(challenge, code).statusCode()).isEqualTo(200);

        ProblemAssert.assertThat(secondStep(challenge(ada), code)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        clock.skip(STEP);
        ProblemAssert.assertThat(secondStep(challenge, ada.app().code()))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED)
                .hasAlias("CHALLENGE_INVALID");
        assertThat(secondStep(challenge(ada), ada.app().code()).statusCode()).isEqualTo(200);
    }

    @Test
    void letsAChallengeGrowOld() {
        Protected ada = protectedPerson();
        JsonNode challenge = challenge(ada);

        clock.skip(Duration.ofMinutes(6));

        ProblemAssert.assertThat(secondStep(challenge, ada.app().code())).hasAlias("CHALLENGE_INVALID");
    }

    @Test
    void takesEachRecoveryCodeOnce() throws Exception {
        Protected ada = protectedPerson();
        assertThat(ada.recoveryCodes()).hasSize(10).doesNotHaveDuplicates();
        String code = ada.recoveryCodes().getFirst();

        HttpResponse<String> answer =
                secondStep(challenge(ada), code.toUpperCase().replace("-", " "));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(claims(json(answer).get("access_token").asString()).getStringListClaim(CallerClaims.METHODS))
                .contains("mfa");
        ProblemAssert.assertThat(secondStep(challenge(ada), code)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(column("SELECT c::text FROM auth.recovery_code c")).noneMatch(row -> row.contains(code));
        assertThat(PublishedEvents.first(
                                EventType.RECOVERY_CODE_USED, ada.person().userId())
                        .data()
                        .get("remaining")
                        .asInt())
                .isEqualTo(9);
    }

    /** Guessing codes ends like guessing passwords, and a new password sign-in does not forgive it. */
    @Test
    void locksAfterFiveWrongCodes() {
        Protected ada = protectedPerson();

        for (int i = 0; i < 5; i++) {
            ProblemAssert.assertThat(secondStep(challenge(ada), ada.app().wrongCode()))
                    .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }

        HttpResponse<String> locked = secondStep(challenge(ada), ada.app().code());
        ProblemAssert.assertThat(locked).isProblem(ProblemCode.ACCOUNT_LOCKED);
        assertThat(locked.headers().firstValue("Retry-After")).isPresent();
        assertThat(column(
                        "SELECT result FROM auth.audit_record WHERE account_id = ? AND result LIKE 'wrong%'",
                        ada.person().userId()))
                .hasSize(5)
                .containsOnly("wrong_second_factor");
        clock.skip(Duration.ofMinutes(31));
        assertThat(secondStep(challenge(ada), ada.app().code()).statusCode()).isEqualTo(200);
    }

    @Test
    void countsOnlyOnceACodeWasConfirmed() {
        Person ada = client().registerVerified();
        AuthClient signedIn = signedIn(ada);

        String unused = json(signedIn.post(FACTOR)).get("secret").asString();
        JsonNode begun = json(signedIn.post(FACTOR));
        assertThat(begun.get("otpauthUri").asString())
                .isEqualTo("otpauth://totp/Culvert:%s?secret=%s&issuer=Culvert"
                        .formatted(ada.username(), begun.get("secret").asString()));
        assertThat(client().signIn(ada).has("access_token")).isTrue();
        ProblemAssert.assertThat(
                        signedIn.post(FACTOR + "/confirm", Map.of("code", new TestingApp(unused, clock).code())))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasViolationsOf("code");

        TestingApp app = new TestingApp(begun.get("secret").asString(), clock);
        assertThat(signedIn.post(FACTOR + "/confirm", Map.of("code", app.code()))
                        .statusCode())
                .isEqualTo(200);

        ProblemAssert.assertThat(signedIn.post(FACTOR)).isProblem(ProblemCode.CONFLICT_STATE);
        JsonNode status = json(signedIn.get(FACTOR));
        assertThat(status.get("enrolled").asBoolean()).isTrue();
        assertThat(status.get("recoveryCodesLeft").asInt()).isEqualTo(10);
        assertThat(column("SELECT sealed_secret FROM auth.second_factor WHERE account_id = ?", ada.userId()))
                .allMatch(stored -> stored.startsWith("v1."));
        assertThat(PublishedEvents.until(EventType.SECOND_FACTOR_ENROLLED, ada.userId()))
                .isNotEmpty();
    }

    /** AC15.1: with a fresh sign-in, which now takes both steps. */
    @Test
    void isRemovedOnlyByWhoJustSignedIn() {
        Protected ada = protectedPerson();
        clock.skip(STEP);
        JsonNode tokens = json(secondStep(challenge(ada), ada.app().code()));
        clock.skip(Duration.ofMinutes(16));
        AuthClient late = client().as(
                        json(client().refresh(tokens.get("refresh_token").asString()))
                                .get("access_token")
                                .asString());
        ProblemAssert.assertThat(late.delete(FACTOR)).isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);
        ProblemAssert.assertThat(late.post(FACTOR + "/recovery-codes"))
                .isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);

        AuthClient fresh = client().as(json(secondStep(challenge(ada), ada.app().code()))
                .get("access_token")
                .asString());
        assertThat(json(fresh.post(FACTOR + "/recovery-codes"))
                        .get("recoveryCodes")
                        .size())
                .isEqualTo(10);
        assertThat(fresh.delete(FACTOR).statusCode()).isEqualTo(204);

        assertThat(client().signIn(ada.person()).has("access_token")).isTrue();
    }

    /** Whoever reads the mail of an account knows its password, and still has no code. */
    @Test
    void isAskedForAfterAPasswordReset() {
        Protected ada = protectedPerson();
        client().post(
                        "/api/v1/auth/password-reset",
                        Map.of("email", ada.person().email()));
        assertThat(client().post(
                                "/api/v1/auth/password-reset/confirm",
                                Map.of("token", AuthClient.resetToken(ada.person()), "newPassword", "Quiet-Lantern-4"))
                        .statusCode())
                .isEqualTo(204);

        JsonNode answer = json(client().login(ada.person().username(), "Quiet-Lantern-4"));

        assertThat(answer.has("access_token")).isFalse();
        assertThat(answer.get("second_factor_required").asBoolean()).isTrue();
    }

    @Test
    void leavesEverybodyElseAsTheyAre() throws Exception {
        Person bob = client().registerVerified();

        JsonNode tokens = client().signIn(bob);

        assertThat(claims(tokens.get("access_token").asString()).getStringListClaim(CallerClaims.METHODS))
                .containsExactly("pwd");
        ProblemAssert.assertThat(client().post(SECOND_STEP, Map.of("challenge", "made-up", "code", "000000")))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED);
    }

    private Protected protectedPerson() {
        Person person = client().registerVerified();
        AuthClient signedIn = signedIn(person);
        TestingApp app =
                new TestingApp(json(signedIn.post(FACTOR)).get("secret").asString(), clock);
        JsonNode confirmed = json(signedIn.post(FACTOR + "/confirm", Map.of("code", app.code())));
        clock.skip(STEP); // the code that confirmed the app is used up
        return new Protected(
                person,
                app,
                confirmed
                        .get("recoveryCodes")
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList());
    }

    private JsonNode challenge(Protected somebody) {
        return json(client().login(somebody.person().email(), PASSWORD));
    }

    private HttpResponse<String> secondStep(JsonNode challenge, String code) {
        return client().post(
                        SECOND_STEP,
                        Map.of("challenge", challenge.get("challenge").asString(), "code", code));
    }

    private AuthClient signedIn(Person person) {
        return client().as(client().signIn(person).get("access_token").asString());
    }
}
