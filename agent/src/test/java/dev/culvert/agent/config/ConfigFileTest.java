package dev.culvert.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.connect.Way;
import dev.culvert.agent.forward.LocalRules;
import dev.culvert.agent.profile.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    Path folder;

    private ConfigFile file() {
        return new ConfigFile(folder.resolve("agent.yaml"), "http://127.0.0.1:8080");
    }

    @Test
    void readsSeveralTunnelsWithTheirRules() throws Exception {
        Files.writeString(folder.resolve("agent.yaml"), """
            server: https://culvert.example
            keyFile: agent.key
            connections: 3
            status: 4041
            allow: ["127.0.0.1:*", "nas.local:9000"]
            tunnels:
              ollama:
                to: http://127.0.0.1:11434
                profile: ollama
                maxStreams: 4
              files:
                to: http://NAS.local:9000
                connections: 1
                requestHeaders:
                  set: {X-From: culvert, X-Number: 5}
                  remove: [Cookie]
                answerHeaders:
                  remove: [Server]
            """);

        AgentConfig config = file().read();

        assertThat(config.keyFile()).contains(folder.resolve("agent.key").toAbsolutePath());
        assertThat(config.status().orElseThrow().getPort()).isEqualTo(4041);
        assertThat(config.tunnels()).extracting(TunnelEntry::tunnel).containsExactly("ollama", "files");
        TunnelEntry ollama = config.tunnels().getFirst();
        assertThat(ollama.server()).isEqualTo("https://culvert.example");
        assertThat(ollama.connections()).isEqualTo(3);
        assertThat(ollama.profile()).isEqualTo(Profile.OLLAMA);
        AgentOptions options = ollama.options("cvt_x");
        assertThat(options.link().maxConcurrentStreams()).isEqualTo(5);
        assertThat(options.target().rules().blocked().paths()).contains("/api/pull");
        LocalRules rules = config.tunnels().getLast().options("cvt_x").target().rules();
        assertThat(rules.request().set()).containsEntry("x-from", "culvert").containsEntry("x-number", "5");
        assertThat(rules.request().remove()).containsExactly("cookie");
        assertThat(rules.answer().remove()).containsExactly("server");
    }

    @Test
    void takesTheDefaultsForWhatIsLeftOut() throws Exception {
        AgentConfig config = file().parse("tunnels: {box: {to: 'http://127.0.0.1:1'}}");

        assertThat(config.tunnels())
                .containsExactly(TunnelEntry.of(
                        "http://127.0.0.1:8080", "box", "http://127.0.0.1:1", Profile.PLAIN, AgentOptions.AS_REPLICAS));
        assertThat(config.keyFile()).isEmpty();
        assertThat(config.status()).isEqualTo(Optional.empty());
    }

    @Test
    void readsSeveralEndpointsOfOneTunnel() throws Exception {
        AgentConfig config = file().parse("""
            tunnels:
              ollama:
                to: http://127.0.0.1:11434
              ollama-spare:
                tunnel: ollama
                endpoint: spare
                to: http://127.0.0.1:11435
            """);

        assertThat(config.tunnels()).extracting(TunnelEntry::tunnel).containsOnly("ollama");
        assertThat(config.tunnels()).extracting(TunnelEntry::endpoint).containsExactly("default", "spare");
        assertThat(config.tunnels()).extracting(TunnelEntry::label).containsExactly("ollama", "ollama/spare");
        assertThat(config.tunnels().getLast().options("cvt_x").endpoint()).isEqualTo("spare");
    }

    @Test
    void refusesTwoEndpointsOfOneName() {
        assertThatThrownBy(() -> file().parse("""
                tunnels:
                  ollama:
                    to: http://127.0.0.1:11434
                  again:
                    tunnel: ollama
                    to: http://127.0.0.1:11435
                """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'default'");
    }

    @Test
    void saysForAllTunnelsOrOneHowTheServerIsReached() throws Exception {
        AgentConfig config = file().parse("""
            transport: polling
            proxy: http://me:secret@proxy.example:3128
            tunnels:
              a: {to: 'http://h'}
              b: {to: 'http://h', transport: auto, proxy: 'http://other.example'}
            """);

        HttpProxy all = new HttpProxy("proxy.example", 3128, "me", "secret");
        HttpProxy other = new HttpProxy("other.example", 8080, "", "");
        assertThat(config.tunnels())
                .extracting(TunnelEntry::way)
                .containsExactly(
                        new Way(Optional.of(Transport.POLLING), Optional.of(all)),
                        new Way(Optional.empty(), Optional.of(other)));
        assertThat(config.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                                       | tunnels is missing",
                "[]                                                       | must be a mapping",
                "tunnels: {a: {}}                                         | tunnels.a.to is missing",
                "tunnels: {a: {to: x}}                                    | tunnels.a: The target must start with",
                "tunnels: {a: {too: x}}                                   | tunnels.a.too is not known here; known are",
                "tunels: {}                                               | tunels is not known here",
                "tunnels: {a: {to: 'http://h', profile: olama}}           | known are ollama, vllm",
                "tunnels: {a: {to: 'http://h', maxStreams: 0}}            | maxStreams is from 1",
                "tunnels: {a: {to: 'http://h', maxStreams: many}}         | must be a whole number",
                "tunnels: {a: {to: 'http://h', connections: 99}}          | connections is from 0",
                "tunnels: {a: {to: 'http://h', allowManagement: perhaps}} | must be true or false",
                "tunnels: {a: {to: 'http://h', requestHeaders: {set: {Host: x}}}} | cannot be changed",
                "{allow: ['h:81'], tunnels: {a: {to: 'http://h'}}}        | is not in allow",
                "{allow: [h], tunnels: {a: {to: 'http://h'}}}             | is host:port",
                "{status: '0.0.0.0:1', tunnels: {a: {to: 'http://h'}}}    | has no sign-in",
                "{server: 'ftp://x', tunnels: {a: {to: 'http://h'}}}      | must start with http",
                "tunnels: {a: {to: 'http://169.254.169.254'}}             | link-local",
                "{transport: pigeon, tunnels: {a: {to: 'http://h'}}}      | auto, websocket or polling",
                "{proxy: 'socks5://x', tunnels: {a: {to: 'http://h'}}}    | The proxy must be http://",
                "tunnels: [                                               | line 1"
            })
    void saysWhereTheFileIsWrong(String yaml, String problem) {
        assertThatThrownBy(() -> file().parse(yaml))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void refusesANameThatIsThereTwice() {
        assertThatThrownBy(() -> file().parse("tunnels:\n  a: {to: 'http://h'}\n  a: {to: 'http://i'}\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("line 3");
    }

    @Test
    void makesNothingOfTypesThatAFileAsksFor() {
        assertThatThrownBy(() -> file().parse("tunnels: !!javax.script.ScriptEngineManager []"))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void saysThatThereIsNoFile() {
        assertThatThrownBy(() -> file().read())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("There is no file");
    }
}
