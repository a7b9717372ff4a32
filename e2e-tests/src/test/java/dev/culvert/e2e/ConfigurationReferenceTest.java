package dev.culvert.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The configuration reference lists exactly the properties that the code declares. Run with {@code
 * -Dculvert.reference.write=true} to renew it.
 */
class ConfigurationReferenceTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path REFERENCE = ROOT.resolve("docs/reference/configuration.md");
    private static final List<String> MODULES = List.of(
            "common-lib/platform",
            "common-lib/data",
            "gateway-service",
            "auth-service",
            "user-service",
            "tunnel-service",
            "proxy-service",
            "webhook-service",
            "admin-service");

    @Test
    void referenceListsEveryProperty() throws IOException {
        String expected = reference();
        if (Boolean.getBoolean("culvert.reference.write")) {
            Files.writeString(REFERENCE, expected);
        }

        assertThat(REFERENCE)
                .as("renew with: mvn -pl e2e-tests -am test -Dtest=ConfigurationReferenceTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dculvert.reference.write=true")
                .hasContent(expected);
    }

    private static String reference() throws IOException {
        var text = new StringBuilder("""
                # Configuration reference

                Every property with its default, made from the code. In the environment a property is written in upper case without
                dashes and with underscores for dots: `culvert.outbound.connect-timeout` is `CULVERT_OUTBOUND_CONNECTTIMEOUT`.
                """);
        for (String module : MODULES) {
            text.append("\n## ")
                    .append(module.substring(module.indexOf('/') + 1))
                    .append("\n\n");
            text.append("| Property | Default | Meaning |\n|---|---|---|\n");
            rows(ROOT.resolve(module)).forEach((_, row) -> text.append(row));
        }
        return text.toString();
    }

    private static TreeMap<String, String> rows(Path module) throws IOException {
        Path metadata = module.resolve("target/classes/META-INF/spring-configuration-metadata.json");
        var rows = new TreeMap<String, String>();
        if (!Files.exists(metadata)) {
            return rows;
        }
        for (JsonNode property :
                JsonMapper.shared().readTree(Files.readAllBytes(metadata)).get("properties")) {
            String name = property.get("name").asString();
            if (!name.startsWith("culvert.")) {
                continue;
            }
            JsonNode value = property.path("defaultValue");
            String shown = value.isMissingNode() ? "" : "`" + (value.isValueNode() ? value.asString() : value) + "`";
            String meaning = property.path("description")
                    .asString("")
                    .replaceAll("\\s+", " ")
                    .replace("|", "\\|");
            rows.put(name, "| `" + name + "` | " + shown + " | " + meaning + " |\n");
        }
        return rows;
    }
}
