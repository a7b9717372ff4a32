package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.testing.suite.RunningSuite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The description of the running suite is the committed one, and takes nothing from callers of version 1 (requirement
 * S4.56). Run with {@code -Dculvert.reference.write=true} to renew the file; a change that breaks callers fails even then.
 */
@ExtendWith(SharedSuite.class)
@Timeout(300)
class ApiDescriptionIT {
    private static final Path REFERENCE =
            Path.of("").toAbsolutePath().getParent().resolve("docs/reference/openapi.json");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .build();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void versionOneKeepsWhatItHas(RunningSuite suite) throws Exception {
        assertThat(ApiChanges.breaking(JSON.readTree(Files.readString(REFERENCE)), description(suite)))
                .as("make a new version of the family for this")
                .isEmpty();
    }

    @Test
    void committedDescriptionIsTheRunningOne(RunningSuite suite) throws Exception {
        JsonNode running = description(suite);
        if (Boolean.getBoolean("culvert.reference.write")
                && ApiChanges.breaking(JSON.readTree(Files.readString(REFERENCE)), running)
                        .isEmpty()) {
            Files.writeString(REFERENCE, JSON.writeValueAsString(running) + "\n");
        }

        assertThat(JSON.readTree(Files.readString(REFERENCE)))
                .as("renew with: mvn -pl e2e-tests -am verify -Dit.test=ApiDescriptionIT"
                        + " -Dfailsafe.failIfNoSpecifiedTests=false -Dculvert.reference.write=true")
                .isEqualTo(running);
    }

    /** Without what differs from one machine to the next. */
    private JsonNode description(RunningSuite suite) throws IOException, InterruptedException {
        URI address = suite.gateway().resolve("/openapi.json");
        ObjectNode description = await("all services describe themselves")
                .atMost(Duration.ofSeconds(60))
                .until(() -> read(address), ApiDescriptionIT::isWhole);
        description.remove("servers");
        description.withObject("/info").remove("contact");
        return JSON.readTree(JSON.writeValueAsString(description));
    }

    private ObjectNode read(URI address) throws InterruptedException {
        try {
            return (ObjectNode)
                    JSON.readTree(http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                            .body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWhole(JsonNode description) {
        return description.path("info").path("x-unavailable-services").isEmpty();
    }
}
