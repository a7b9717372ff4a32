package dev.culvert.agent.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Recognised by answers, as the servers give them. */
class LocalServicesTest {
    private static final String OPENAI_LIST =
            "{\"object\":\"list\",\"data\":[{\"id\":\"m1\",\"object\":\"model\",\"owned_by\":\"%s\"}]}";

    private final LocalServices services = new LocalServices(Duration.ofSeconds(5));

    @Test
    void recognisesOllamaWithItsModels() throws Exception {
        assertThat(recognised(Map.of(
                        "/v1/models", OPENAI_LIST.formatted("library"),
                        "/api/version", "{\"version\":\"0.12.3\"}",
                        "/api/tags", "{\"models\":[{\"name\":\"llama3.2:latest\"},{\"name\":\"qwen3:8b\"}]}")))
                .hasValueSatisfying(service -> {
                    assertThat(service.profile()).isEqualTo(Profile.OLLAMA);
                    assertThat(service.version()).isEqualTo("0.12.3");
                    assertThat(service.models()).containsExactly("llama3.2:latest", "qwen3:8b");
                });
    }

    @Test
    void recognisesVllm() throws Exception {
        assertThat(recognised(
                        Map.of("/v1/models", OPENAI_LIST.formatted("vllm"), "/version", "{\"version\":\"0.11.0\"}")))
                .hasValueSatisfying(service -> {
                    assertThat(service.profile()).isEqualTo(Profile.VLLM);
                    assertThat(service.version()).isEqualTo("0.11.0");
                });
    }

    @Test
    void recognisesLmStudio() throws Exception {
        assertThat(recognised(Map.of(
                        "/v1/models",
                        OPENAI_LIST.formatted("organization_owner"),
                        "/api/v0/models",
                        "{\"object\":\"list\",\"data\":[{\"id\":\"m1\",\"type\":\"llm\"}]}")))
                .map(LocalService::profile)
                .contains(Profile.LM_STUDIO);
    }

    @Test
    void recognisesLlamaCppThoughItImitatesOllama() throws Exception {
        assertThat(recognised(Map.of(
                        "/v1/models", OPENAI_LIST.formatted("llamacpp"),
                        "/api/version", "{\"version\":\"0.0.0\"}",
                        "/api/tags", "{\"models\":[]}",
                        "/props", "{\"default_generation_settings\":{},\"build_info\":\"b6700\"}")))
                .hasValueSatisfying(service -> {
                    assertThat(service.profile()).isEqualTo(Profile.LLAMA_CPP);
                    assertThat(service.version()).isEqualTo("b6700");
                });
    }

    @Test
    void recognisesWhateverElseAnswersAsOpenAiDoes() throws Exception {
        assertThat(recognised(Map.of("/v1/models", OPENAI_LIST.formatted("culvert"))))
                .map(LocalService::profile)
                .contains(Profile.OPENAI);
    }

    @Test
    void takesNoOtherWebServerForAModelServer() throws Exception {
        assertThat(recognised(Map.of("/", "<html>hello</html>", "/v1/models", "<html>not json</html>")))
                .isEmpty();
        assertThat(recognised(Map.of("/v1/models", "{\"error\":{\"code\":\"AUTH_TOKEN_MISSING\"}}")))
                .isEmpty();
    }

    @Test
    void leavesOutNamesThatWouldWriteOnTheScreen() throws Exception {
        assertThat(recognised(Map.of(
                        "/v1/models",
                        "{\"object\":\"list\",\"data\":[{\"id\":\"a\\u001b[2Jb\"},{\"id\":\"fine\"},{\"id\":7},3]}")))
                .map(LocalService::models)
                .contains(List.of("fine"));
    }

    @Test
    void findsThoseThatAreThereAmongTheUsualPorts() throws Exception {
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = socket.getLocalPort();
        }
        try (var vllm = new TestingModelServer(Map.of("/v1/models", OPENAI_LIST.formatted("vllm")));
                var other = new TestingModelServer(Map.of())) {
            assertThat(services.find(List.of(closed, other.port(), vllm.port())))
                    .extracting(LocalService::address)
                    .containsExactly(vllm.address());
        }
    }

    @Test
    void givesUpOnAPortThatAcceptsAndSaysNothing() throws Exception {
        try (var silent = new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"))) {
            assertThat(new LocalServices(Duration.ofMillis(200)).recognise("http://127.0.0.1:" + silent.getLocalPort()))
                    .isEmpty();
        }
    }

    private Optional<LocalService> recognised(Map<String, String> bodies) throws Exception {
        try (var server = new TestingModelServer(bodies)) {
            return services.recognise(server.address());
        }
    }
}
