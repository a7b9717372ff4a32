package dev.culvert.runner.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {

    @TempDir
    private Path folder;

    @Test
    void areGeneratedOnceAndOnlyTheirOwnerReadsThem() throws IOException {
        Path file = folder.resolve("secrets.json");

        Secrets first = Secrets.loadOrGenerate(file, List.of("auth"));
        Secrets second = Secrets.loadOrGenerate(file, List.of("auth"));

        assertThat(second).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Base64.getDecoder().decode(first.secretKey())).hasSize(32);
    }

    @Test
    void keepKnownPasswordsWhenASchemaIsAdded() throws IOException {
        Path file = folder.resolve("secrets.json");
        Secrets before = Secrets.loadOrGenerate(file, List.of("auth"));

        Secrets after = Secrets.loadOrGenerate(file, List.of("auth", "billing"));

        assertThat(after.rolesOf("auth")).isEqualTo(before.rolesOf("auth"));
        assertThat(after.rolesOf("billing").appPassword()).hasSize(32);
    }

    /** Part of S1.17: the generated administrator's password meets the rule for passwords. */
    @Test
    void makeAnAdministratorPasswordThatTheAccountRuleAccepts() throws IOException {
        for (int i = 0; i < 200; i++) {
            String password = Secrets.loadOrGenerate(folder.resolve("secrets-" + i + ".json"), List.of())
                    .adminPassword();

            assertThat(password).hasSizeBetween(8, 100).matches(".*[A-Z].*").matches(".*[a-z].*");
            assertThat(password).matches(".*[0-9].*").matches(".*[^A-Za-z0-9].*");
        }
    }

    @Test
    void refuseADamagedFileInsteadOfReplacingIt() throws IOException {
        Path file = folder.resolve("secrets.json");
        Files.writeString(file, "{\"secretKey\": \"abc");

        assertThatThrownBy(() -> Secrets.loadOrGenerate(file, List.of("auth")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("./culvert reset");
        assertThat(file).hasContent("{\"secretKey\": \"abc");
    }

    @Test
    void neverShowThemselvesInText() throws IOException {
        Secrets secrets = Secrets.loadOrGenerate(folder.resolve("secrets.json"), List.of("auth"));

        assertThat(secrets.toString()).doesNotContain(secrets.secretKey()).doesNotContain(secrets.adminPassword());
    }
}
