package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySourceTest {
    @TempDir
    Path folder;

    @Test
    void prefersTheFileThatWasNamed() throws IOException {
        Path file = keyFile("rw-------", "cvt_from_file\n");

        assertThat(KeySource.read(file, Map.of(KeySource.ENVIRONMENT_VARIABLE, "cvt_other"), List.of()))
                .isEqualTo("cvt_from_file");
    }

    @Test
    void takesTheEnvironmentBeforeTheDefaultFiles() throws IOException {
        Path file = keyFile("rw-------", "cvt_from_file");

        assertThat(KeySource.read(null, Map.of(KeySource.ENVIRONMENT_VARIABLE, " cvt_env "), List.of(file)))
                .isEqualTo("cvt_env");
        assertThat(KeySource.read(null, Map.of(), List.of(folder.resolve("missing"), file)))
                .isEqualTo("cvt_from_file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw----r--", "rw--w----"})
    void refusesAFileThatOthersCanReadAndSaysWhatToDo(String permissions) throws IOException {
        Path file = keyFile(permissions, "cvt_secret");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeySource.read(file, Map.of(), List.of()))
                .withMessageContaining("chmod 600")
                .withMessageNotContaining("cvt_secret");
    }

    @Test
    void refusesWhatIsNoKeyWithoutRepeatingIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeySource.read(
                        null,
                        Map.of(KeySource.ENVIRONMENT_VARIABLE, "cvt_one" + System.lineSeparator() + "cvt_two"),
                        List.of()))
                .withMessageContaining("more than one key")
                .withMessageNotContaining("cvt_");
    }

    @Test
    void saysWhereToPutAKeyWhenThereIsNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeySource.read(null, Map.of(), List.of()))
                .withMessageContaining("--key-file")
                .withMessageContaining(KeySource.ENVIRONMENT_VARIABLE);
    }

    @Test
    void refusesAnEmptyOrMissingFile() throws IOException {
        Path empty = keyFile("rw-------", "\n");

        assertThatIllegalArgumentException().isThrownBy(() -> KeySource.read(empty, Map.of(), List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeySource.read(folder.resolve("missing"), Map.of(), List.of()));
    }

    @Test
    void storesAKeySoThatOnlyItsOwnerCanReadIt() throws IOException {
        Path file = folder.resolve("new").resolve("key");

        KeySource.store(file, "cvt_stored");
        KeySource.store(file, "cvt_stored_again");

        assertThat(KeySource.read(file, Map.of(), List.of())).isEqualTo("cvt_stored_again");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(file.getParent()).isDirectoryNotContaining("glob:**unfinished");
    }

    private Path keyFile(String permissions, String content) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
