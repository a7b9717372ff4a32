package dev.culvert.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySourcesPropertyResolver;
import org.springframework.core.io.ClassPathResource;

/** What the service does when nobody configures anything; the defaults of records are pinned beside them. */
class PropertiesTest {

    @Test
    void readsTheEnvironmentVariablesOfTheSuite() throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        new YamlPropertySourceLoader()
                .load("application.yaml", new ClassPathResource("application.yaml"))
                .forEach(sources::addLast);
        PropertySourcesPropertyResolver resolver = new PropertySourcesPropertyResolver(sources);
        Map<String, String> values = new TreeMap<>();
        sources.stream()
                .flatMap(source -> Arrays.stream(((EnumerablePropertySource<?>) source).getPropertyNames()))
                .filter(name ->
                        name.startsWith("culvert.") || name.startsWith("spring.mail.") || name.startsWith("server."))
                .forEach(name -> values.put(name, resolver.getRequiredProperty(name)));

        assertThat(values)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("server.port", "8081"),
                        Map.entry("server.forward-headers-strategy", "native"),
                        Map.entry("spring.mail.host", "127.0.0.1"),
                        Map.entry("spring.mail.port", "1025"),
                        Map.entry("spring.mail.username", ""),
                        Map.entry("spring.mail.password", ""),
                        Map.entry("spring.mail.default-encoding", "UTF-8"),
                        Map.entry("spring.mail.properties.mail.smtp.auth", "false"),
                        Map.entry("spring.mail.properties.mail.smtp.starttls.enable", "true"),
                        Map.entry("spring.mail.properties.mail.smtp.connectiontimeout", "5000"),
                        Map.entry("spring.mail.properties.mail.smtp.timeout", "10000"),
                        Map.entry("spring.mail.properties.mail.smtp.writetimeout", "10000"),
                        Map.entry("culvert.data.schema", "auth"),
                        Map.entry("culvert.body.max-size", "64KB"),
                        Map.entry("culvert.auth.account.public-url", "http://127.0.0.1:8080"),
                        Map.entry("culvert.auth.account.initial-admin-password", ""),
                        Map.entry("culvert.auth.token.issuer", "http://127.0.0.1:8080"),
                        Map.entry("culvert.auth.token.access-lifetime", "30m"),
                        Map.entry("culvert.auth.token.admin-access-lifetime", "15m"),
                        Map.entry("culvert.auth.token.refresh-lifetime", "7d"),
                        Map.entry("culvert.auth.browser.public-url", "http://127.0.0.1:8080"),
                        Map.entry("culvert.auth.passkey.public-url", "http://127.0.0.1:8080"),
                        Map.entry("culvert.auth.authorization.issuer", "http://127.0.0.1:8080"),
                        Map.entry("culvert.auth.federation.public-url", "http://127.0.0.1:8080"),
                        Map.entry("culvert.auth.federation.auth0-domain", ""),
                        Map.entry("culvert.auth.federation.auth0-audience", ""),
                        Map.entry("culvert.auth.mail.from", "Culvert <no-reply@localhost>")));
    }
}
