package dev.culvert.agent.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.culvert.agent.profile.Profile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockedPathsTest {
    private final BlockedPaths blocked = new BlockedPaths(Profile.OLLAMA.managementPaths());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/pull",
                "/api/pull?x=y",
                "/api/pull/",
                "/API/Pull",
                "//api//pull",
                "/./api/x/../pull",
                "/api/%70ull",
                "/api/%2570ull",
                "/api%2fpull",
                "/api%5cpull",
                "/api\\pull",
                "/api/pull;v=1",
                "/api;x/pull",
                "/api/pull%00",
                "/api/pull%20",
                "/../api/pull",
                "/v1/..%2f../api/pull",
                "/api/blobs/sha256:abc",
                "/api/delete",
                "/api/create",
                "/api/copy",
                "/api/push"
            })
    void coverEveryWayToWriteThem(String target) {
        assertThat(blocked.cover(target)).isTrue();
    }

    /** Each round of decoding takes one escape off, so undoing all of them would take minutes. */
    @Test
    void refuseWhatIsEscapedMoreOftenThanAnybodyUndoes() {
        assertThat(blocked.cover("/%" + "25".repeat(3) + "41")).isFalse();
        assertThat(blocked.cover("/%" + "25".repeat(20) + "41")).isTrue();
        assertTimeoutPreemptively(
                Duration.ofSeconds(2),
                () -> assertThat(blocked.cover("/%" + "25".repeat(100_000) + "41"))
                        .isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/chat",
                "/api/tags",
                "/api/pullover",
                "/v1/models?path=/api/pull",
                "/v1/api/pulls",
                "/%",
                "/%zz%4",
                "*"
            })
    void leaveOthersAlone(String target) {
        assertThat(blocked.cover(target)).isFalse();
    }

    @Test
    void areWrittenInOneWay() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockedPaths(List.of("/API/pull")));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockedPaths(List.of("api/pull")));
    }
}
