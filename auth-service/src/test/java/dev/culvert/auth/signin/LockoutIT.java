package dev.culvert.auth.signin;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LockoutIT extends RunningAuthService {
    private static final String WRONG = "Wrong-Horse-7";

    /** S1.14: five times 401, then 403 with Retry-After, with the right password too, until 30 minutes have passed. */
    @Test
    void locksAnAccountAfterFiveWrongPasswords() {
        Person ada = client().registerVerified();

        for (int i = 0; i < 5; i++) {
            String name = i % 2 == 0 ? ada.username() : ada.email();
            ProblemAssert.assertThat(client().login(name, WRONG)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }
        HttpResponse<String> sixth = client().login(ada.email(), WRONG);
        ProblemAssert.assertThat(sixth).isProblem(ProblemCode.ACCOUNT_LOCKED);
        assertThat(sixth.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(1_700L, 1_800L);
        ProblemAssert.assertThat(client().login(ada.username(), PASSWORD)).isProblem(ProblemCode.ACCOUNT_LOCKED);

        clock.skip(Duration.ofMinutes(29));
        ProblemAssert.assertThat(client().login(ada.username(), PASSWORD)).isProblem(ProblemCode.ACCOUNT_LOCKED);
        clock.skip(Duration.ofMinutes(2));
        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
    }

    /** known or not, so nothing is revealed. */
    @Test
    void locksUnknownNamesTheSameWay() {
        String nobody = "nobody-" + System.nanoTime();

        for (int i = 0; i < 5; i++) {
            ProblemAssert.assertThat(client().login(nobody, WRONG)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }
        ProblemAssert.assertThat(client().login(nobody.toUpperCase(), WRONG)).isProblem(ProblemCode.ACCOUNT_LOCKED);
    }

    /** S1.15: four bad, one good, four bad, one good: never locked. */
    @Test
    void forgivesFailuresAfterAGoodLogin() {
        Person ada = client().registerVerified();

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 4; i++) {
                client().login(ada.username(), WRONG);
            }
            assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
        }
    }

    /** S1.15: so does the end of the lock. */
    @Test
    void countsAnewAfterTheLock() {
        Person ada = client().registerVerified();
        for (int i = 0; i < 5; i++) {
            client().login(ada.username(), WRONG);
        }

        clock.skip(Duration.ofMinutes(31));

        ProblemAssert.assertThat(client().login(ada.username(), WRONG)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void forgetsFailuresThatLieFarApart() {
        Person ada = client().registerVerified();
        for (int i = 0; i < 4; i++) {
            client().login(ada.username(), WRONG);
        }

        clock.skip(Duration.ofMinutes(16));

        for (int i = 0; i < 4; i++) {
            ProblemAssert.assertThat(client().login(ada.username(), WRONG))
                    .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }
        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
    }
}
