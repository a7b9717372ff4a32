package dev.culvert.auth.passkey;

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
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Passkeys (WebAuthn level 3): registered, beside a password, and in place of it. */
class PasskeyIT extends RunningAuthService {
    private static final String PASSKEYS = "/api/v1/auth/passkeys";
    private static final String SIGN_IN = PASSKEYS + "/sign-in";
    private static final String SECOND_STEP = "/api/v1/auth/login/second-factor";
    private static final String FACTOR = "/api/v1/auth/second-factor";
    private static final String REAUTHENTICATE = "/api/v1/auth/reauthenticate";

    private record Holder(Person person, TestingDevice device, AuthClient signedIn, JsonNode registered) {}

    @Test
    void isRegisteredListedRenamedAndRemoved() {
        Holder ada = holder(new TestingDevice().backedUp());
        assertThat(ada.registered().get("name").asString()).isEqualTo("laptop");

        JsonNode listed = json(ada.signedIn().get(PASSKEYS));
        assertThat(listed.size()).isEqualTo(1);
        assertThat(listed.get(0).get("backedUp").asBoolean()).isTrue();
        assertThat(listed.get(0).get("transports").valueStream().map(JsonNode::asString))
                .containsExactly("internal", "hybrid");
        assertThat(listed.get(0).has("lastUsedAt")).isFalse();
        String path = PASSKEYS + "/" + listed.get(0).get("id").asString();
        assertThat(json(ada.signedIn().patch(path, Map.of("name", "old laptop")))
                        .get("name")
                        .asString())
                .isEqualTo("old laptop");
        assertThat(ada.signedIn().put(path, Map.of("name", "laptop")).statusCode())
                .isEqualTo(200);

        assertThat(ada.signedIn().delete(path).statusCode()).isEqualTo(204);

        assertThat(json(ada.signedIn().get(PASSKEYS)).size()).isZero();
        ProblemAssert.assertThat(ada.signedIn().delete(path)).hasAlias("PASSKEY_NOT_FOUND");
        assertThat(client().signIn(ada.person()).has("access_token")).isTrue();
        assertThat(column(
                        "SELECT result FROM auth.audit_record WHERE account_id = ? AND type = 'credential_change'"
                                + " ORDER BY occurred_at",
                        ada.person().userId()))
                .containsExactly("passkey_registered", "passkey_removed");
        assertThat(PublishedEvents.until(
                        EventType.SECOND_FACTOR_REMOVED, ada.person().userId()))
                .extracting(PublishedEvents.Published::type)
                .contains(EventType.SECOND_FACTOR_ENROLLED.cloudEventsType());
        assertThat(column(
                        "SELECT account_id::text FROM auth.recovery_code WHERE account_id = ?",
                        ada.person().userId()))
                .isEmpty();
    }

    @Test
    void isAskedForWithWhatABrowserNeeds() {
        Holder ada = holder(new TestingDevice());

        HttpResponse<String> answer = ada.signedIn().post(PASSKEYS + "/registration-options");

        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode options = json(answer);
        assertThat(options.get("challenge").asString()).hasSize(43);
        assertThat(options.get("rp").get("id").asString()).isEqualTo("127.0.0.1");
        assertThat(options.get("user").get("id").asString())
                .isEqualTo(UserHandle.text(ada.person().userId()));
        assertThat(options.get("attestation").asString()).isEqualTo("none");
        assertThat(options.get("authenticatorSelection").get("residentKey").asString())
                .isEqualTo("preferred");
        assertThat(options.get("authenticatorSelection").get("userVerification").asString())
                .isEqualTo("required");
        assertThat(options.get("pubKeyCredParams")
                        .valueStream()
                        .map(parameters -> parameters.get("alg").asInt()))
                .containsExactly(-7, -8, -257);
        assertThat(options.get("excludeCredentials").get(0).get("id").asString())
                .isEqualTo(ada.device().credentialId());
        ProblemAssert.assertThat(register(ada.signedIn(), options, ada.device().create(options)))
                .isProblem(ProblemCode.ALREADY_EXISTS);
    }

    @ParameterizedTest
    @EnumSource
    void signsInWithoutNameOrPassword(TestingDevice.Algorithm algorithm) throws Exception {
        Holder ada = holder(new TestingDevice(algorithm));

        HttpResponse<String> answer = signIn(ada.device().get(signInOptions()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var claims = claims(json(answer).get("access_token").asString());
        assertThat(claims.getSubject()).isEqualTo(ada.person().userId().toString());
        assertThat(claims.getStringListClaim(CallerClaims.METHODS)).containsExactly("mfa", "pop");
        assertThat(claims.getLongClaim(CallerClaims.AUTHENTICATED_AT))
                .isCloseTo(clock.instant().getEpochSecond(), within(60L));
        assertThat(client().refresh(json(answer).get("refresh_token").asString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(json(ada.signedIn().get(PASSKEYS)).get(0).has("lastUsedAt")).isTrue();
        assertThat(results(ada, "login")).contains("signed_in");
    }

    @Test
    void isASecondFactorAfterThePassword() throws Exception {
        Holder ada = holder(new TestingDevice());

        JsonNode challenge = json(client().login(ada.person().username(), PASSWORD));

        assertThat(challenge.has("access_token")).isFalse();
        assertThat(challenge.get("enrolment_required").asBoolean()).isFalse();
        assertThat(challenge.get("methods").valueStream().map(JsonNode::asString))
                .containsExactly("passkey", "recovery_code");
        JsonNode options = challenge.get("passkey");
        assertThat(options.get("userVerification").asString()).isEqualTo("required");
        assertThat(options.get("allowCredentials").get(0).get("id").asString())
                .isEqualTo(ada.device().credentialId());

        HttpResponse<String> answer = secondStep(challenge, ada.device().get(options));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(claims(json(answer).get("access_token").asString()).getStringListClaim(CallerClaims.METHODS))
                .containsExactly("mfa", "pop", "pwd");
        ProblemAssert.assertThat(secondStep(challenge, ada.device().get(options)))
                .isProblem(ProblemCode.AUTHENTICATION_FAILED)
                .hasAlias("CHALLENGE_INVALID");
    }

    /** Whoever loses the device gets in with one of the codes shown at the first registration. */
    @Test
    void hasRecoveryCodesBesideIt() {
        Holder ada = holder(new TestingDevice());
        JsonNode codes = ada.registered().get("recoveryCodes");
        assertThat(codes.size()).isEqualTo(10);
        assertThat(json(ada.signedIn().get(FACTOR)).get("methods").get(0).asString())
                .isEqualTo("passkey");
        JsonNode second = json(registered(ada.signedIn(), new TestingDevice()));
        assertThat(second.has("recoveryCodes")).isFalse();

        JsonNode challenge = json(client().login(ada.person().username(), PASSWORD));
        HttpResponse<String> answer = client().post(
                        SECOND_STEP,
                        Map.of(
                                "challenge",
                                challenge.get("challenge").asString(),
                                "code",
                                codes.get(0).asString()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** AC15.1: a running session is opened again for sensitive operations. */
    @Test
    void provesWithinASessionThatItsOwnerIsThere() throws Exception {
        Holder ada = holder(new TestingDevice());
        JsonNode tokens = json(signIn(ada.device().get(signInOptions())));
        clock.skip(Duration.ofMinutes(16));
        AuthClient late = client().as(
                        json(client().refresh(tokens.get("refresh_token").asString()))
                                .get("access_token")
                                .asString());
        ProblemAssert.assertThat(late.post(PASSKEYS + "/registration-options"))
                .isProblem(ProblemCode.REAUTHENTICATION_REQUIRED);
        ProblemAssert.assertThat(late.post(REAUTHENTICATE, Map.of("password", PASSWORD)))
                .isProblem(ProblemCode.VALIDATION_ERROR);

        JsonNode options = json(late.post(REAUTHENTICATE + "/passkey-options"));
        HttpResponse<String> answer = late.post(
                REAUTHENTICATE + "/passkey", Map.of("credential", ada.device().get(options)));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        AuthClient fresh = client().as(json(answer).get("access_token").asString());
        assertThat(fresh.post(PASSKEYS + "/registration-options").statusCode()).isEqualTo(200);
        ProblemAssert.assertThat(client().signedIn().post(REAUTHENTICATE + "/passkey-options"))
                .isProblem(ProblemCode.CONFLICT_STATE);
    }

    @Test
    void isOfNoUseToWhoeverReplaysAnAnswer() {
        Holder ada = holder(new TestingDevice());
        Map<String, Object> answer = ada.device().get(signInOptions());
        assertThat(signIn(answer).statusCode()).isEqualTo(200);

        assertRefused(signIn(answer), "PASSKEY_CHALLENGE");
        assertThat(results(ada, "failed_login")).containsExactly("passkey_challenge");
    }

    @Test
    void signsInOnceHoweverOftenAnAnswerIsSentAtOnce() throws Exception {
        Holder ada = holder(new TestingDevice());
        Map<String, Object> answer = ada.device().get(signInOptions());
        AuthClient parallel = client().inParallel();

        List<Integer> statuses;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> running = IntStream.range(0, 4)
                    .mapToObj(_ -> threads.submit(() ->
                            parallel.post(SIGN_IN, Map.of("credential", answer)).statusCode()))
                    .toList();
            statuses = running.stream().map(PasskeyIT::result).toList();
        }

        assertThat(statuses).containsOnlyOnce(200).hasSize(4);
        assertThat(results(ada, "login")).containsExactly("signed_in", "signed_in"); // by password, then by passkey
    }

    @Test
    void isRefusedOnAForeignOrigin() {
        Holder ada = holder(new TestingDevice());

        assertRefused(
                signIn(ada.device().on("http://127.0.0.1.example.org:8080").get(signInOptions())), "PASSKEY_ORIGIN");
        assertThat(results(ada, "failed_login")).containsExactly("passkey_origin");
    }

    @Test
    void isRefusedForAnotherRelyingParty() {
        Holder ada = holder(new TestingDevice());

        assertRefused(
                signIn(ada.device().forRelyingParty("example.org").get(signInOptions())), "PASSKEY_RELYING_PARTY");
    }

    @Test
    void isRefusedForAChallengeNobodyGave() {
        Holder ada = holder(new TestingDevice());

        assertRefused(signIn(ada.device().answering("A".repeat(43)).get(signInOptions())), "PASSKEY_CHALLENGE");
    }

    @Test
    void isRefusedForAChallengeOfAnotherPurpose() {
        Holder ada = holder(new TestingDevice());
        JsonNode challenge = json(client().login(ada.person().username(), PASSWORD));

        assertRefused(signIn(ada.device().get(challenge.get("passkey"))), "PASSKEY_CHALLENGE");
        assertRefused(secondStep(challenge, ada.device().get(signInOptions())), "PASSKEY_CHALLENGE");
    }

    @Test
    void isRefusedForAChallengeThatGrewOld() {
        Holder ada = holder(new TestingDevice());
        JsonNode options = signInOptions();
        clock.skip(Duration.ofMinutes(6));

        assertRefused(signIn(ada.device().get(options)), "PASSKEY_CHALLENGE");
    }

    @Test
    void isRefusedUnlessTheDeviceVerifiedItsOwner() {
        Holder ada = holder(new TestingDevice());

        assertRefused(signIn(ada.device().withoutVerification().get(signInOptions())), "PASSKEY_USER_VERIFICATION");
    }

    /** WebAuthn §6.1.1: a copy of the key counts apart, and is noticed. */
    @Test
    void isRefusedWhenItsCounterGoesBack() {
        Holder ada = holder(new TestingDevice().countingFrom(40));
        assertThat(signIn(ada.device().get(signInOptions())).statusCode()).isEqualTo(200);

        assertRefused(signIn(ada.device().countingFrom(3).get(signInOptions())), "PASSKEY_COUNTER");

        assertThat(results(ada, "failed_login")).containsExactly("passkey_counter");
        assertThat(column(
                        "SELECT counter::text FROM auth.passkey WHERE account_id = ?",
                        ada.person().userId()))
                .containsExactly("42");
    }

    @Test
    void worksOnDevicesThatDoNotCount() {
        Holder ada = holder(new TestingDevice().thatDoesNotCount());

        assertThat(signIn(ada.device().get(signInOptions())).statusCode()).isEqualTo(200);
        assertThat(signIn(ada.device().get(signInOptions())).statusCode()).isEqualTo(200);
    }

    @Test
    void isRefusedForAnotherAccount() {
        Holder ada = holder(new TestingDevice());
        Holder bob = holder(new TestingDevice());
        JsonNode challenge = json(client().login(ada.person().username(), PASSWORD));
        String path = PASSKEYS + "/" + bob.registered().get("id").asString();

        assertRefused(secondStep(challenge, bob.device().get(challenge.get("passkey"))), "PASSKEY_UNKNOWN");
        assertRefused(
                signIn(bob.device()
                        .withUserHandle(UserHandle.of(ada.person().userId()))
                        .get(signInOptions())),
                "PASSKEY_UNKNOWN");
        ProblemAssert.assertThat(ada.signedIn().delete(path)).isProblem(ProblemCode.NOT_FOUND);
        ProblemAssert.assertThat(ada.signedIn().patch(path, Map.of("name", "mine")))
                .isProblem(ProblemCode.NOT_FOUND);
        assertThat(json(ada.signedIn().get(PASSKEYS)).size()).isEqualTo(1);
    }

    @Test
    void isRefusedWhenNobodyHasIt() {
        TestingDevice stray = new TestingDevice().withUserHandle(UserHandle.of(UUID.randomUUID()));

        assertRefused(signIn(stray.get(signInOptions())), "PASSKEY_UNKNOWN");
    }

    /** refusals count like wrong passwords, and lock the password out too. */
    @Test
    void locksTheAccountAfterFiveRefusals() {
        Holder ada = holder(new TestingDevice());
        TestingDevice device = ada.device();

        for (int i = 0; i < 5; i++) {
            assertRefused(signIn(device.forRelyingParty("example.org").get(signInOptions())), "PASSKEY_RELYING_PARTY");
        }

        HttpResponse<String> locked = signIn(device.forRelyingParty("127.0.0.1").get(signInOptions()));
        ProblemAssert.assertThat(locked).isProblem(ProblemCode.ACCOUNT_LOCKED);
        assertThat(locked.headers().firstValue("Retry-After")).isPresent();
        ProblemAssert.assertThat(client().login(ada.person().username(), PASSWORD))
                .isProblem(ProblemCode.ACCOUNT_LOCKED);
        clock.skip(Duration.ofMinutes(31));
        assertThat(signIn(device.get(signInOptions())).statusCode()).isEqualTo(200);
    }

    /** X-10, S4.59: one address that tries passkeys of different people. */
    @Test
    void refusesAnAddressThatTriesManyPasskeys() {
        AuthClient guesser = client();
        for (int i = 0; i < 5; i++) {
            TestingDevice stray = new TestingDevice().withUserHandle(UserHandle.of(UUID.randomUUID()));
            assertRefused(guesser.post(SIGN_IN, Map.of("credential", stray.get(signInOptions()))), "PASSKEY_UNKNOWN");
        }

        Holder ada = holder(new TestingDevice());
        ProblemAssert.assertThat(
                        guesser.post(SIGN_IN, Map.of("credential", ada.device().get(signInOptions()))))
                .isProblem(ProblemCode.RATE_LIMIT_EXCEEDED);
    }

    @Test
    void letsNobodyInWhoseAddressIsNotConfirmed() {
        Holder ada = holder(new TestingDevice());
        column(
                "UPDATE auth.account SET email_verified_at = NULL WHERE id = ? RETURNING id::text",
                ada.person().userId());

        ProblemAssert.assertThat(signIn(ada.device().get(signInOptions()))).isProblem(ProblemCode.EMAIL_NOT_VERIFIED);
    }

    @Test
    void isNotRegisteredWhenItsAnswerIsNotRight() {
        Person ada = client().registerVerified();
        AuthClient signedIn = signedIn(ada);
        AuthClient bob = client().signedIn();

        assertNotRegistered(signedIn, new TestingDevice().on("https://example.org"), "PASSKEY_ORIGIN");
        assertNotRegistered(signedIn, new TestingDevice().forRelyingParty("example.org"), "PASSKEY_RELYING_PARTY");
        assertNotRegistered(signedIn, new TestingDevice().answering("A".repeat(43)), "PASSKEY_CHALLENGE");
        assertNotRegistered(signedIn, new TestingDevice().withoutVerification(), "PASSKEY_USER_VERIFICATION");
        JsonNode options = registrationOptions(signedIn);
        ProblemAssert.assertThat(register(bob, options, new TestingDevice().create(options)))
                .hasAlias("PASSKEY_CHALLENGE");

        assertThat(json(signedIn.get(PASSKEYS)).size()).isZero();
        assertThat(client().signIn(ada).has("access_token")).isTrue();
        assertThat(column(
                        "SELECT result FROM auth.audit_record WHERE account_id = ? AND type = 'credential_change'",
                        ada.userId()))
                .containsExactlyInAnyOrder(
                        "passkey_origin", "passkey_relying_party", "passkey_challenge", "passkey_user_verification");
    }

    @Test
    void refusesWhatIsNoPasskeyAtAll() {
        Holder ada = holder(new TestingDevice());
        Map<String, Object> good = ada.device().get(signInOptions());
        for (String junk : List.of("e30", "AAAA", "&&", "bm90IGpzb24")) {
            for (String field : List.of("clientDataJSON", "authenticatorData")) {
                ProblemAssert.assertThat(signIn(TestingDevice.with(good, field, junk)))
                        .isProblem(ProblemCode.VALIDATION_ERROR);
            }
        }
        JsonNode options = registrationOptions(ada.signedIn());
        ProblemAssert.assertThat(register(
                        ada.signedIn(),
                        options,
                        Map.of("response", Map.of("clientDataJSON", "e30", "attestationObject", "oA"))))
                .isProblem(ProblemCode.VALIDATION_ERROR);
    }

    @Test
    void areTwentyAtMost() {
        Holder ada = holder(new TestingDevice());
        column("""
                INSERT INTO auth.passkey (id, tenant_id, account_id, name, credential_id, public_key, counter, backup_eligible,
                  backed_up, transports, created_at)
                SELECT gen_random_uuid(), tenant_id, account_id, 'copy ' || n, decode(md5(id::text || n), 'hex'), public_key, 0,
                  false, false, '{}', created_at FROM auth.passkey, generate_series(1, 18) n WHERE account_id = ?
                RETURNING id::text""", ada.person().userId());
        JsonNode early = registrationOptions(ada.signedIn());
        assertThat(registered(ada.signedIn(), new TestingDevice()).statusCode()).isEqualTo(201);

        ProblemAssert.assertThat(register(ada.signedIn(), early, new TestingDevice().create(early)))
                .isProblem(ProblemCode.QUOTA_EXCEEDED);
        ProblemAssert.assertThat(ada.signedIn().post(PASSKEYS + "/registration-options"))
                .hasAlias("TOO_MANY_PASSKEYS");
    }

    private void assertNotRegistered(AuthClient signedIn, TestingDevice device, String alias) {
        ProblemAssert.assertThat(registered(signedIn, device))
                .isProblem(ProblemCode.VALIDATION_ERROR)
                .hasAlias(alias);
    }

    private static void assertRefused(HttpResponse<String> answer, String alias) {
        ProblemAssert.assertThat(answer)
                .isProblem(ProblemCode.AUTHENTICATION_FAILED)
                .hasAlias(alias);
    }

    private Holder holder(TestingDevice device) {
        Person person = client().registerVerified();
        AuthClient signedIn = signedIn(person);
        HttpResponse<String> answer = registered(signedIn, device);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new Holder(person, device, signedIn, json(answer));
    }

    private static HttpResponse<String> registered(AuthClient signedIn, TestingDevice device) {
        JsonNode options = registrationOptions(signedIn);
        return register(signedIn, options, device.create(options));
    }

    private static JsonNode registrationOptions(AuthClient signedIn) {
        return json(signedIn.post(PASSKEYS + "/registration-options"));
    }

    private static HttpResponse<String> register(
            AuthClient signedIn, JsonNode options, Map<String, Object> credential) {
        assertThat(options.has("challenge")).as(options.toString()).isTrue();
        return signedIn.post(PASSKEYS, Map.of("name", "laptop", "credential", credential));
    }

    private JsonNode signInOptions() {
        return json(client().post(PASSKEYS + "/sign-in-options"));
    }

    private HttpResponse<String> signIn(Map<String, Object> credential) {
        return client().post(SIGN_IN, Map.of("credential", credential));
    }

    private HttpResponse<String> secondStep(JsonNode challenge, Map<String, Object> credential) {
        return client().post(
                        SECOND_STEP + "/passkey",
                        Map.of("challenge", challenge.get("challenge").asString(), "credential", credential));
    }

    private AuthClient signedIn(Person person) {
        return client().as(client().signIn(person).get("access_token").asString());
    }

    private static List<String> results(Holder holder, String type) {
        return column(
                "SELECT result FROM auth.audit_record WHERE account_id = ? AND type = ? ORDER BY occurred_at",
                holder.person().userId(),
                type);
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
