package dev.culvert.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The files with which systemd, launchd and Windows start an agent. */
class ServiceFilesTest {
    private static final Path DIST = Path.of("dist");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"culvert-agent.service", "culvert-agent-user.service"})
    void systemdUnderstandsItsUnits(String name) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "systemd is not on this machine");
        String unit = Files.readString(DIST.resolve("systemd").resolve(name));
        // Where the agent would be installed there is nothing on this machine, nor the user it would run as.
        Path copy = Files.writeString(
                folder.resolve("culvert-agent.service"),
                unit.replaceAll("=\\S*/bin/culvert-agent", "=/bin/true").replace("User=culvert", "User=root"));

        Process process = new ProcessBuilder("/usr/bin/systemd-analyze", "verify", copy.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said.lines().filter(line -> line.contains("culvert-agent"))).isEmpty();
    }

    @Test
    void launchdAndWindowsFilesAreWellFormedAndRunTheConfigurationFile() throws Exception {
        Document plist = parse(DIST.resolve("launchd").resolve("dev.culvert.agent.plist"));
        assertThat(plist.getDocumentElement().getTextContent())
                .contains("dev.culvert.agent")
                .containsPattern("culvert-agent\\s+run\\s+/Users/YOU/.config/culvert/agent.yaml");

        Document service = parse(DIST.resolve("windows").resolve("culvert-agent.xml"));
        assertThat(service.getElementsByTagName("arguments").item(0).getTextContent())
                .contains("culvert-agent.jar", " run ");
    }

    private static Document parse(Path file) throws Exception {
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        // The plist names a document type at Apple's site.
        builder.setEntityResolver((_, _) -> new InputSource(new ByteArrayInputStream(new byte[0])));
        try (InputStream in = Files.newInputStream(file)) {
            return builder.parse(in);
        }
    }
}
