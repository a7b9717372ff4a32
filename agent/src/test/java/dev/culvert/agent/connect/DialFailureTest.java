package dev.culvert.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialFailureTest {
    @ParameterizedTest
    @CsvSource({
        "401, AUTH_TOKEN_INVALID, KEY_REFUSED",
        "403, FORBIDDEN, KEY_REFUSED",
        "404, TUNNEL_001, TUNNEL_UNKNOWN",
        "503, TUNNEL_STOPPED, TUNNEL_STOPPED",
        "404, '', NOT_A_TUNNEL_SERVER",
        "426, '', NOT_A_TUNNEL_SERVER",
        "200, '', NOT_A_TUNNEL_SERVER",
        "301, '', NOT_A_TUNNEL_SERVER"
    })
    void endsTheAgentWhereTryingOnIsOfNoUse(int status, String code, AgentEnd.Reason reason) {
        DialFailure failure = new DialFailure.Refused(status, code, "said", Duration.ZERO);

        assertThat(failure.end()).map(AgentEnd::reason).contains(reason);
    }

    @ParameterizedTest
    @CsvSource({"429, TOO_MANY_STREAMS", "503, SERVICE_UNAVAILABLE", "502, ''", "500, INTERNAL_ERROR", "408, ''"})
    void triesAgainWhereItMayHelp(int status, String code) {
        assertThat(new DialFailure.Refused(status, code, "", Duration.ZERO).end())
                .isEmpty();
        assertThat(new DialFailure.Unreachable("no route").end()).isEmpty();
    }

    @Test
    void readsCodeAndDetailOfAProblem() {
        ProblemBody problem = read("{\"status\":404,\"errors\":[{\"detail\":\"inner\"}],\"code\":\"TUNNEL_001\","
                + "\"detail\":\"There is no tunnel of this name.\",\"error\":{\"code\":\"X\"}}");

        assertThat(problem).isEqualTo(new ProblemBody("TUNNEL_001", "There is no tunnel of this name."));
    }

    @ParameterizedTest
    @CsvSource({"''", "<html>", "[1]", "nonsense", "{\"code\":"})
    void takesOtherBodiesAsEmpty(String body) {
        assertThat(read(body)).isEqualTo(new ProblemBody("", ""));
    }

    private static ProblemBody read(String json) {
        return ProblemBody.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }
}
