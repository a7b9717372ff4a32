package dev.culvert.auth.signin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.auth.AuthClient.Person;
import dev.culvert.auth.RunningAuthService;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.testing.ProblemAssert;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whether somebody has an account cannot be told by a clock. Known and unknown names are tried in turn, so that whatever
 * else the machine does slows both down alike, and medians are compared. The bound is wide enough never to fail by chance:
 * without the hash for unknown names their median would be a twentieth of the other, not two fifths.
 */
class SignInTimingIT extends RunningAuthService {
    private static final int ACCOUNTS = 4;
    private static final int TRIES_BEFORE_THE_LOCK = 4;
    private static final int WARM_UP = 2;
    private static final double LEAST_RATIO = 0.4;

    /** S1.6 for time, over HTTP. */
    @Test
    void takesAsLongForUnknownNamesAsForKnownOnes() {
        List<Person> people = Stream.generate(() -> client().registerVerified())
                .limit(ACCOUNTS)
                .toList();
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();

        for (int i = 0; i < ACCOUNTS * TRIES_BEFORE_THE_LOCK; i++) {
            String name = people.get(i % ACCOUNTS).username();
            known.add(nanosOfAWrongPassword(name));
            unknown.add(nanosOfAWrongPassword("x" + name.substring(1) + i));
        }

        double ratio = (double) median(unknown) / median(known);
        assertThat(ratio)
                .as("median for unknown names / for known names, in ns: %s / %s", unknown, known)
                .isBetween(LEAST_RATIO, 1 / LEAST_RATIO);
    }

    /** Each from an address of its own, of which nobody counts failures yet. */
    private long nanosOfAWrongPassword(String name) {
        var client = client();
        long start = System.nanoTime();
        HttpResponse<String> answer = client.login(name, "Wrong-Horse-7");
        long nanos = System.nanoTime() - start;
        ProblemAssert.assertThat(answer).isProblem(ProblemCode.AUTHENTICATION_FAILED);
        return nanos;
    }

    private static long median(List<Long> nanos) {
        List<Long> sorted = nanos.stream().skip(WARM_UP).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
