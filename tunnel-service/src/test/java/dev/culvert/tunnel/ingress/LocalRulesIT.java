package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.Way;
import dev.culvert.agent.forward.HeaderChanges;
import dev.culvert.agent.profile.Profile;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the local user does not let through stays outside, and what a model server would refuse for its headers works. */
class LocalRulesIT {
    private static final List<String> reached = new CopyOnWriteArrayList<>();

    private static TestingDataPlane plane;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        for (String path : List.of("/api/pull", "/api/%70ull", "/api/chat")) {
            origin.on(path, LocalRulesIT::answer);
        }
        connect("guarded", Profile.OLLAMA, false);
        connect("open", Profile.OLLAMA, true);
        plane.tunnel("changed");
        plane.agent(
                "changed",
                origin.url(),
                options -> options.withTarget(new TunnelEntry(
                                plane.url(),
                                Way.STRAIGHT,
                                "changed",
                                TunnelEntry.DEFAULT_ENDPOINT,
                                origin.url(),
                                Profile.PLAIN,
                                false,
                                1,
                                8,
                                new HeaderChanges(Map.of("X-From", "here"), Set.of("cookie")),
                                new HeaderChanges(Map.of(), Set.of("server")))
                        .options(TestingDataPlane.TOKEN)
                        .target()),
                new AgentListener() {});
    }

    private static void connect(String tunnel, Profile profile, boolean management) throws Exception {
        plane.tunnel(tunnel);
        TunnelEntry entry =
                TunnelEntry.of(plane.url(), tunnel, origin.url(), profile, 1).withManagement(management);
        plane.agent(
                tunnel,
                origin.url(),
                options ->
                        options.withTarget(entry.options(TestingDataPlane.TOKEN).target()),
                new AgentListener() {});
    }

    private static void answer(RawOrigin.Call call) throws Exception {
        call.body();
        reached.add(call.method + " " + call.target);
        String seen = "host=%s origin=%s cookie=%s from=%s"
                .formatted(call.header("host"), call.header("origin"), call.header("cookie"), call.header("x-from"));
        call.answer("200 OK", seen, "Server: local");
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @BeforeEach
    void forget() {
        reached.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/pull", "/api/%70ull", "/api/pull/?x", "//api/pull"})
    void managementPathsNeverReachOllama(String path) throws Exception {
        HttpResponse<String> answer = post("/t/guarded" + path);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"FORBIDDEN\"", "who runs the agent decides");
        assertThat(reached).isEmpty();
    }

    @Test
    void aRefusedUploadLeavesTheConnectionUsable() throws Exception {
        HttpResponse<String> answer = plane.client.send(
                plane.request("/t/guarded/api/blobs/sha256:x")
                        .POST(BodyPublishers.ofByteArray(new byte[1024 * 1024]))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(post("/t/guarded/api/chat").statusCode()).isEqualTo(200);
    }

    @Test
    void managementPathsReachOllamaWhenItsUserAllowsThem() throws Exception {
        assertThat(post("/t/open/api/%70ull").statusCode()).isEqualTo(200);
        assertThat(reached).containsExactly("POST /api/%70ull");
    }

    @Test
    void aModelServerSeesItselfAsHostAndNoOrigin() throws Exception {
        assertThat(post("/t/guarded/api/chat").body())
                .startsWith("host=" + origin.url().substring("http://".length()) + " origin=null");
    }

    @Test
    void headersAreChangedAsTheFileSays() throws Exception {
        HttpResponse<String> answer = post("/t/changed/api/chat");

        assertThat(answer.body()).contains("origin=https://app.example", "cookie=null", "from=here");
        assertThat(answer.headers().firstValue("server")).isEmpty();
    }

    private static HttpResponse<String> post(String path) throws Exception {
        return plane.client.send(
                plane.request(path)
                        .header("Origin", "https://app.example")
                        .header("Cookie", "a=b")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
    }
}
