package dev.culvert.platform.defaults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.platform.secret.SecretAutoConfiguration;
import dev.culvert.platform.secret.SecretCipher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

/** What an operator reads when a service does not start: a sentence and what to do, no page of beans. */
@ExtendWith(OutputCaptureExtension.class)
class MisconfiguredStartTest {

    @Test
    void saysThatTheKeyIsMissing(CapturedOutput output) {
        assertThatThrownBy(() -> start(NeedsKey.class)).isInstanceOf(RuntimeException.class);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("SECRET_KEY is missing; it must be 32 random bytes in base64")
                .doesNotContain("\tat ");
    }

    @Test
    void saysWhatIsWrongWithTheKeyButNotTheKey(CapturedOutput output) {
        assertThatThrownBy(() -> start(NeedsKey.class, "--culvert.secret.key=c2hvcnQ="))
                .isInstanceOf(RuntimeException.class);

        assertThat(output)
                .contains("SECRET_KEY has 5 bytes")
                .doesNotContain("c2hvcnQ=")
                .doesNotContain("\tat ");
    }

    @Test
    void saysThatAPortIsTaken(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(NeedsPort.class, "--wanted=" + taken.getLocalPort()))
                    .isInstanceOf(RuntimeException.class);
        }

        assertThat(output)
                .contains("A port this service wants to listen at is taken")
                .contains("choose others with PORT")
                .doesNotContain("\tat ");
    }

    private static void start(Class<?> service, String... arguments) {
        new SpringApplicationBuilder(service)
                .web(WebApplicationType.NONE)
                .run(arguments)
                .close();
    }

    @SpringBootConfiguration
    @ImportAutoConfiguration(SecretAutoConfiguration.class)
    static class NeedsKey {
        @Bean
        String sealed(SecretCipher cipher) {
            return cipher.seal("text", "context");
        }
    }

    @SpringBootConfiguration
    static class NeedsPort {
        @Bean(destroyMethod = "close")
        ServerSocket listener(@Value("${wanted}") int port) throws IOException {
            return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        }
    }
}
