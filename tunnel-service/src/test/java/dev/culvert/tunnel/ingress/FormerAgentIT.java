package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * P2.9.6: an agent of the first version. It asks for a WebSocket without a word on replicas, knows of no polling, says hello with
 * the three members there were, and puts nothing into its answers but what the local service says.
 */
class FormerAgentIT {
    private TestingDataPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        plane.tunnel("box");
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
    }

    @Test
    void connectsAndServesAsItDid() throws Exception {
        try (ScriptedAgent _ = new ScriptedAgent(
                plane,
                "box",
                (stream, head) -> ScriptedAgent.answer(
                        stream, new DefaultHttp2Headers().status("200"), "served " + head.path()))) {
            await().until(() -> plane.registry.connections() == 1);

            HttpResponse<String> answer =
                    plane.client.send(plane.request("/t/box/some/path").build(), BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("served /some/path");
        }
    }
}
