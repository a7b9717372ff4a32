package dev.culvert.auth.signin;

import static dev.culvert.auth.AuthClient.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient;
import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** X-10, S4.59: failures by client address over different accounts. */
class AddressLockoutIT extends RunningAuthService {
    private static final String WRONG = "Wrong-Horse-7";

    /** The sixth failure from one address over different accounts answers 429. */
    @Test
    void refusesAnAddressThatTriesManyAccounts() {
        AuthClient attacker = client();
        Person ada = client().registerVerified();
        for (int i = 0; i < 5; i++) {
            ProblemAssert.assertThat(attacker.login(
                            i % 2 == 0 ? nobody() : client().register().username(), WRONG))
                    .isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }

        HttpResponse<String> sixth = attacker.login(nobody(), WRONG);

        ProblemAssert.assertThat(sixth)
                .isProblem(ProblemCode.RATE_LIMIT_EXCEEDED)
                .hasAlias("TOO_MANY_FAILED_SIGN_INS");
        assertThat(sixth.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isBetween(600L, 900L);
        ProblemAssert.assertThat(attacker.login(ada.username(), PASSWORD)).isProblem(ProblemCode.RATE_LIMIT_EXCEEDED);
        assertThat(client().login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
        clock.skip(Duration.ofMinutes(16));
        assertThat(attacker.login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);
    }

    /** Somebody's own typing mistakes count for their account, and are forgiven with the right password. */
    @Test
    void forgivesWhatWasMistypedBeforeTheRightPassword() {
        AuthClient office = client();
        Person ada = client().registerVerified();
        Person bob = client().registerVerified();
        for (int i = 0; i < 4; i++) {
            office.login(ada.username(), WRONG);
        }
        assertThat(office.login(ada.username(), PASSWORD).statusCode()).isEqualTo(200);

        for (int i = 0; i < 4; i++) {
            ProblemAssert.assertThat(office.login(bob.username(), WRONG)).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        }
        assertThat(office.login(bob.username(), PASSWORD).statusCode()).isEqualTo(200);
    }

    /** the lock of the account speaks first. */
    @Test
    void leavesOneAccountToItsLock() {
        AuthClient attacker = client();
        Person ada = client().registerVerified();
        for (int i = 0; i < 5; i++) {
            attacker.login(ada.username(), WRONG);
        }
        attacker.login(nobody(), WRONG);

        ProblemAssert.assertThat(attacker.login(ada.username(), WRONG)).isProblem(ProblemCode.ACCOUNT_LOCKED);
        ProblemAssert.assertThat(attacker.login(nobody(), WRONG)).isProblem(ProblemCode.RATE_LIMIT_EXCEEDED);
    }

    private static String nobody() {
        return "nobody-" + System.nanoTime();
    }
}
