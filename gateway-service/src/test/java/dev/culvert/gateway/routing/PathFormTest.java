package dev.culvert.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathFormTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v1/tunnels",
                "/api/v1/tunnels/",
                "/api/v1/users/a%20b",
                "/api/v1/users/%C3%A9",
                "/api/v1/files/.hidden",
                "/api/v1/files/...",
                "/api/v1/files/a..b"
            })
    void acceptsNormalPaths(String path) {
        assertThat(PathForm.isNormal(path, false)).isTrue();
        assertThat(PathForm.isNormal(path, true)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/t/name/a%2Fb", "/t/name//a", "/t/name/a;v=1", "/t/name/%25", "/t/name/a%5Cb"})
    void leavesTheRestOfADataPathToTheApplicationBehind(String path) {
        assertThat(PathForm.isNormal(path, true)).isTrue();
        assertThat(PathForm.isNormal(path, false)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/.",
                "/a/..",
                "/a/./b",
                "/a/%2e%2E/b",
                "/a/.%2e",
                "/a/%2e",
                "/t/name/x/../..",
                "/a\\b",
                "/a/%",
                "/a/%2",
                "/a/%zz",
                "/a%0d%0aSet-Cookie",
                "/a%7f",
                "//a",
                "/t//a",
                "/t;x/a",
                "/%2e%2e/a",
                "relative"
            })
    void refusesEverywhereWhatStepsUpOrHides(String path) {
        assertThat(PathForm.isNormal(path, true)).isFalse();
        assertThat(PathForm.isNormal(path, false)).isFalse();
    }
}
