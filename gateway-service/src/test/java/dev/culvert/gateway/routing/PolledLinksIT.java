package dev.culvert.gateway.routing;

import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.gateway.TestingGateway;
import dev.culvert.testing.TestCallers;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** R4.1e at the gateway: the requests that carry an agent's link. */
class PolledLinksIT {
    private static final int MORE_THAN_A_MINUTE_ALLOWS = 130;

    private final TestingGateway gateway = TestingGateway.shared();

    @Test
    void passesBytesAsTheyAreAndCountsThemNoMoreThanFrames() {
        byte[] bytes = new byte[5_000];
        new Random(5).nextBytes(bytes);
        gateway.service()
                .on(
                        "/tunnel/v1/poll/link",
                        (request, response) ->
                                response.send(request.receive().aggregate().retain()));
        TestCallers free = TestCallers.user();

        for (int i = 0; i < MORE_THAN_A_MINUTE_ALLOWS; i++) {
            gateway.service().forget();
            HttpResponse<byte[]> answer = send(
                    gateway.as(free, "/tunnel/v1/poll/link?at=" + i)
                            .header("Content-Type", "application/octet-stream")
                            .POST(BodyPublishers.ofByteArray(bytes)),
                    BodyHandlers.ofByteArray());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(bytes);
        }
        assertThat(gateway.service().next().headers().getFirst(HeaderNames.CALLER_TOKEN))
                .startsWith("ey");
    }
}
